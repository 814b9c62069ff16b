import HTTPTypes
import Hub
import HubCore
import HubStorage

/// Those outside who get webhooks of their own.
enum CustomerCalls {
    static let all = [
        Call(
            .get, "/v1/customers", "Customers of the workspace", .workspace(.read), .list(of: shape), answer: list),
        Call(
            .post, "/v1/customers", "Make a customer", .workspace(.admin), .document(shape, status: 201),
            body: .object([
                .required("reference", .text(1...128), "Your own name for it; unique."),
                .optional("name", .text(1...128)),
            ]), answer: make),
        Call(
            .get, "/v1/customers/{customer}", "One customer, by id or reference", .workspace(.read), .document(shape),
            answer: show),
        Call(
            .patch, "/v1/customers/{customer}", "Change a customer; what is not given stays", .workspace(.admin),
            .document(shape),
            body: .object([.optional("reference", .text(1...128)), .optional("name", .text(1...128))]), answer: change),
        Call(
            .delete, "/v1/customers/{customer}",
            "Delete a customer with its endpoints, and end its sessions in the portal", .workspace(.admin), .nothing,
            answer: delete),
    ]

    private static let shape = Shape.named(
        "Customer",
        [
            .required("id", .text), .required("reference", .text), .required("name", .text),
            .required("created_at", .moment),
        ])

    private static func document(_ customer: Customer) -> JSON {
        [
            "id": JSON(customer.id), "reference": .string(customer.reference), "name": .string(customer.name),
            "created_at": JSON(customer.createdAt),
        ]
    }

    // MARK: Answers

    private static func list(_ call: CallContext) async throws -> CallAnswer {
        .list(try await call.hub.customers(of: try call.workspace).map(document))
    }

    private static func make(_ call: CallContext) async throws -> CallAnswer {
        let customer = try await call.hub.makeCustomer(
            reference: try call.body["reference"].string, name: call.body["name"].text ?? "", in: try call.workspace,
            by: call.actor)
        return .document(document(customer))
    }

    private static func show(_ call: CallContext) async throws -> CallAnswer {
        .document(document(try await call.hub.knownCustomer(call.parameter("customer"), in: try call.workspace)))
    }

    private static func change(_ call: CallContext) async throws -> CallAnswer {
        let customer = try await call.hub.changeCustomer(
            call.parameter("customer"), reference: call.body["reference"].text, name: call.body["name"].text,
            in: try call.workspace, by: call.actor)
        return .document(document(customer))
    }

    private static func delete(_ call: CallContext) async throws -> CallAnswer {
        try await call.hub.deleteCustomer(call.parameter("customer"), in: try call.workspace, by: call.actor)
        return .nothing
    }
}
