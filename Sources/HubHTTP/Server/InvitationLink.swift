package import HubCore

/// Where an invitation is accepted.
package enum InvitationLink {
    /// Below the hub's public address.
    package static func path(_ invitation: Secret<String>) -> String { "/invitations/\(invitation.reveal())" }
}
