import HTTPTypes
import Hub
import HubCore

/// Letting customers in to their own endpoints.
enum PortalCalls {
    static let all = [
        Call(
            .post, "/v1/customers/{customer}/portal", "Make a link that opens the customer's portal, once",
            .workspace(.admin),
            .document(
                .object([
                    .required("url", .text, "Open it in the customer's browser; shown only here."),
                    .required("expires_at", .moment, "Until when it can be opened."),
                ]), status: 201),
            body: .object([
                .optional(
                    "show_bodies", .boolean, "Whether the portal shows what deliveries carried; false unless given.")
            ])
        ) { call in
            let link = try await call.hub.makePortalLink(
                forCustomer: call.parameter("customer"), showsBodies: call.body["show_bodies"].value?.bool ?? false,
                in: try call.workspace, by: call.actor)
            return .document([
                "url": .string(call.publicBase + link.path), "expires_at": JSON(link.expiresAt),
            ])
        },
        Call(
            .get, "/v1/customers/{customer}/portal", "Open portal sessions of a customer", .workspace(.read),
            .list(of: session)
        ) { call in
            let workspace = try call.workspace
            let customer = try await call.hub.knownCustomer(call.parameter("customer"), in: workspace)
            return .list(try await call.hub.portalSessions(of: customer.id, in: workspace).map(document))
        },
        Call(
            .delete, "/v1/customers/{customer}/portal", "End all portal sessions and links of a customer",
            .workspace(.admin), .nothing
        ) { call in
            _ = try await call.hub.revokePortal(
                ofCustomer: call.parameter("customer"), in: try call.workspace, by: call.actor)
            return .nothing
        },
        Call(
            .delete, "/v1/customers/{customer}/portal/{session}", "End one portal session", .workspace(.admin), .nothing
        ) { call in
            let workspace = try call.workspace
            let customer = try await call.hub.knownCustomer(call.parameter("customer"), in: workspace)
            let id: ID<Credential> = try call.id("session", "portal session")
            guard try await call.hub.portalSessions(of: customer.id, in: workspace).contains(where: { $0.id == id })
            else { throw ManagementError.notFound(what: "portal session") }
            try await call.hub.revoke(portalSession: id, in: workspace, by: call.actor)
            return .nothing
        },
    ]

    private static let session = Shape.named(
        "PortalSession",
        [
            .required("id", .text), .required("show_bodies", .boolean), .required("started_at", .moment),
            .required("expires_at", .moment),
        ])

    private static func document(_ session: PortalSession) -> JSON {
        [
            "id": JSON(session.id), "show_bodies": .bool(session.showsBodies), "started_at": JSON(session.startedAt),
            "expires_at": JSON(session.endsAt),
        ]
    }
}
