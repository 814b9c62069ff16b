/// Pages before the door.
struct SignInView: TemplatedView {
    static let template = "signin"
    let host: String?
    let email: String?
    let next: String
    let fault: String?
}

struct InvitationView: TemplatedView {
    static let template = "invitation"
    let invitation: String
    let name: String
    let minimumLength: Int
    let fault: String?
}

/// A few words instead of a page, before the door.
struct DoorNoteView: TemplatedView {
    static let template = "door-note"
    let heading: String
    let text: String
    var offersSignIn = true
}

/// A few words instead of a page.
struct NoteView: TemplatedView {
    static let template = "note"
    let heading: String
    let text: String
}
