/// What people read when a vendor tries its new webhook.
enum SetupNotice {
    static func markdown(vendor: String, by person: Person? = nil) -> String {
        let by = person.map { " Set up by \($0.markdown)." } ?? ""
        return "\(vendor) webhook is successfully configured! 🎉\(by)"
    }
}
