/// The first moments of an epoch: what every way into it computes in the same manner (RFC 9420 §8, §12.4).
struct EpochStart {
    var context: GroupContext
    var schedule: KeySchedule
    var secretTree: SecretTree
    var joinerSecret: Secret
    var confirmationTag: [UInt8]
    var interimTranscriptHash: [UInt8]

    /// The secrets that an epoch grows from.
    struct Inputs {
        var initSecret: Secret
        var commitSecret: Secret
        var pskSecret: Secret
    }

    /// Goes from an epoch to the next over a commit.
    ///
    /// - Parameters:
    ///   - context: the new one, still with the old confirmed transcript hash.
    ///   - interim: the interim transcript hash of the old epoch.
    ///   - commit: signed; its confirmation tag is not looked at.
    init(
        context: GroupContext, interim: [UInt8], commit: AuthenticatedContent, inputs: Inputs, leafCount: UInt32,
        operations: SuiteOperations
    ) throws(MLSError) {
        var context = context
        context.confirmedTranscriptHash = operations.confirmedTranscriptHash(
            interim: interim, input: commit.confirmedTranscriptInput)
        let joinerSecret = KeySchedule.joinerSecret(
            initSecret: inputs.initSecret, commitSecret: inputs.commitSecret, context: context.encoding,
            operations: operations)
        try self.init(
            context: context, joinerSecret: joinerSecret, pskSecret: inputs.pskSecret, leafCount: leafCount,
            operations: operations)
    }

    /// Enters an epoch by its joiner secret.
    init(
        context: GroupContext, joinerSecret: Secret, pskSecret: Secret, leafCount: UInt32, operations: SuiteOperations
    ) throws(MLSError) {
        let schedule = try KeySchedule(
            joinerSecret: joinerSecret, pskSecret: pskSecret, context: context.encoding, operations: operations)
        try self.init(context: context, schedule: schedule, leafCount: leafCount, joinerSecret: joinerSecret)
    }

    /// Begins the first epoch of a group (§11).
    init(creating context: GroupContext, operations: SuiteOperations) throws(MLSError) {
        let schedule = try KeySchedule(epochSecret: Secret.random(operations.hashLength), operations: operations)
        try self.init(context: context, schedule: schedule, leafCount: 1, joinerSecret: Secret([]))
    }

    private init(
        context: GroupContext, schedule: KeySchedule, leafCount: UInt32, joinerSecret: Secret
    ) throws(MLSError) {
        var schedule = schedule
        // §9.2: the encryption secret lives on in the secret tree only.
        guard let encryptionSecret = schedule.takeEncryptionSecret() else { throw .misuse(.argument) }
        secretTree = SecretTree(
            encryptionSecret: encryptionSecret, leafCount: leafCount, operations: schedule.operations)
        confirmationTag = schedule.confirmationTag(context.confirmedTranscriptHash)
        interimTranscriptHash = schedule.operations.interimTranscriptHash(
            confirmed: context.confirmedTranscriptHash, confirmationTag: confirmationTag)
        self.context = context
        self.schedule = schedule
        self.joinerSecret = joinerSecret
    }

    /// §6.1, §12.4.3.1: refuses an epoch that others did not arrive at.
    func verify(confirmationTag tag: [UInt8]) throws(MLSError) {
        guard schedule.isValidConfirmationTag(tag, context.confirmedTranscriptHash) else {
            throw .violates(.confirmationTag)
        }
    }
}
