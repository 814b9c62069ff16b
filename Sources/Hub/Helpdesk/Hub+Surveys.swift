package import HubCore
import HubStorage

/// A survey as somebody makes it.
package struct NewSurvey: Sendable {
    package var name: String
    package var introduction = ""
    package var thanks = ""
    package var questions: [SurveyQuestion] = []

    package init(name: String) {
        self.name = name
    }
}

extension Hub {
    package func survey(_ id: ID<Survey>, in workspace: WorkspaceID) async throws(HelpdeskError) -> Survey {
        let found = try await reading { store throws(StoreError) in try await store.survey(id, in: workspace) }
        guard let found else { throw .notFound(what: "survey") }
        return found
    }

    // MARK: Setting up

    package func makeSurvey(
        _ new: NewSurvey, in workspace: WorkspaceID, by actor: String
    ) async throws(HelpdeskError) -> Survey {
        let now = clock.now()
        let key = Base64.encode(Vault.randomBytes(15), alphabet: .url)
        let survey = try allowing { () throws(RecordError) in
            try Survey(
                .make(at: now), key: key, in: workspace, name: new.name, introduction: new.introduction,
                thanks: new.thanks, questions: new.questions, at: now)
        }
        try await keep(survey, audit(now, workspace, actor, "survey.create", "\(survey.id)", survey.name))
        return survey
    }

    /// Changes a survey, all edits or none.
    ///
    /// - Parameter edits: from the survey as it is, since questions change one by one.
    package func change(
        survey id: ID<Survey>, in workspace: WorkspaceID, by actor: String, action: String = "survey.update",
        _ edits: @Sendable (Survey) throws(RecordError) -> [SurveyEdit]
    ) async throws(HelpdeskError) -> Survey {
        try await turns.withTurn(id.uuid) { () throws(HelpdeskError) in
            try await retrying { () throws(HelpdeskError) in
                let survey = try await survey(id, in: workspace)
                let now = clock.now()
                let after = try allowing { () throws(RecordError) in
                    try survey.applying(try edits(survey), at: now)
                }
                guard after != survey else { return survey }
                try await keep(after, audit(now, workspace, actor, action, "\(id)", after.name))
                return after
            }
        }
    }

    package func setState(
        _ state: Survey.State, of id: ID<Survey>, in workspace: WorkspaceID, by actor: String
    ) async throws(HelpdeskError) -> Survey {
        let action = state == .published ? "survey.publish" : "survey.close"
        return try await change(survey: id, in: workspace, by: actor, action: action) { _ throws(RecordError) in
            [.state(state)]
        }
    }

    private func keep(_ survey: Survey, _ entry: AuditEntry) async throws(HelpdeskError) {
        try await reading { store throws(StoreError) in try await store.apply([.keep(.putSurvey(survey))], entry) }
    }

    // MARK: Answers

    /// Begins a response, or takes a whole one.
    ///
    /// - Parameters:
    ///   - id: given by a form that was sent before; nil: a new one.
    ///   - startedAt: nil: now.
    /// - Returns: the response; the earlier one when a complete one of that id is there.
    package func respond(
        to survey: Survey, _ given: GivenAnswers, as id: ID<SurveyResponse>? = nil, startedAt: Timestamp? = nil
    ) async throws(HelpdeskError) -> SurveyResponse {
        let now = clock.now()
        let id = id ?? .make(at: now)
        var given = given
        let ticket = try await ticket(of: given.ticket, in: survey.workspace)
        given.customer = given.customer ?? ticket?.customer
        try await check(customer: given.customer, in: survey.workspace)
        return try await turns.withTurn(id.uuid) { () throws(HelpdeskError) in
            if let known = try await known(id, in: survey.workspace) { return known }
            let response = try allowing { () throws(RecordError) in
                try SurveyResponse(id, to: survey, given, startedAt: min(startedAt ?? now, now), at: now)
            }
            try await commit(response, survey, ticket)
            return response
        }
    }

    /// Takes more answers to a response that was begun.
    package func goOn(
        with id: ID<SurveyResponse>, _ given: GivenAnswers, in workspace: WorkspaceID
    ) async throws(HelpdeskError) -> SurveyResponse {
        try await turns.withTurn(id.uuid) { () throws(HelpdeskError) in
            try await retrying { () throws(HelpdeskError) in
                guard let known = try await known(id, in: workspace) else { throw .notFound(what: "response") }
                let survey = try await survey(known.survey, in: workspace)
                let response = try allowing { () throws(RecordError) in
                    try known.answering(survey, given, at: clock.now())
                }
                try await commit(response, survey, try await ticket(of: known.ticket, in: workspace, isRequired: false))
                return response
            }
        }
    }

    private func commit(
        _ response: SurveyResponse, _ survey: Survey, _ ticket: Ticket?
    ) async throws(HelpdeskError) {
        let event = response.completion(survey, ticket: ticket)
        try await commit(
            [.putResponse(response)], telling: event.map { [$0] } ?? [], in: survey.workspace)
    }

    private func known(
        _ id: ID<SurveyResponse>, in workspace: WorkspaceID
    ) async throws(HelpdeskError) -> SurveyResponse? {
        try await reading { store throws(StoreError) in try await store.response(id, in: workspace) }
    }

    private func ticket(
        of id: ID<Ticket>?, in workspace: WorkspaceID, isRequired: Bool = true
    ) async throws(HelpdeskError) -> Ticket? {
        guard let id else { return nil }
        let found = try await reading { store throws(StoreError) in try await store.ticket(id, in: workspace) }
        guard found != nil || !isRequired else {
            throw .refused(.invalid(path: "ticket", problem: "there is no such ticket"))
        }
        return found
    }

    private func check(customer: ID<Customer>?, in workspace: WorkspaceID) async throws(HelpdeskError) {
        guard let customer else { return }
        let known = try await reading { store throws(StoreError) in try await store.customers(of: workspace) }
        guard known.contains(where: { $0.id == customer }) else {
            throw .refused(.invalid(path: "customer", problem: "there is no such customer"))
        }
    }
}

extension Hub {
    /// The survey of a link, in whatever workspace; nil: there is none.
    package func survey(key: String) async throws(HelpdeskError) -> Survey? {
        // Keys are short; anything else need not be looked for.
        guard (1...64).contains(key.utf8.count) else { return nil }
        return try await reading { store throws(StoreError) in try await store.survey(key: key) }
    }
}
