import Testing

/// The built program, over real connections. One test at a time: each wants the machine for itself.
@Suite(.serialized) struct EndToEnd {}
