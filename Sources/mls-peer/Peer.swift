import FoundationEssentials

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// One MLS client that is driven over standard input and output: one JSON object per line each way.
///
/// Other implementations are tried against the library through it. Without arguments it speaks until `quit` or the end of
/// its input; `mls-peer bench` prints the table of benchmarks instead.
@main
enum Peer {
    static func main() throws {
        if CommandLine.arguments.dropFirst().first == "bench" {
            try Bench.run(Array(CommandLine.arguments.dropFirst(2)))
            return
        }
        var session = Session()
        let (decoder, encoder) = (JSONDecoder(), JSONEncoder())
        encoder.outputFormatting = .sortedKeys
        while !session.isOver, let line = readLine() {
            if line.isEmpty { continue }
            let answer: JSON
            do {
                answer = session.reply(to: try decoder.decode(JSON.self, from: Data(line.utf8)))
            } catch {
                answer = .object(["ok": .bool(false), "error": .text("\(RequestError.notAnObject)")])
            }
            print(String(decoding: try encoder.encode(answer), as: UTF8.self))
            // Whoever drives this waits for the line; standard output to a pipe is buffered.
            fflush(nil)
        }
    }
}
