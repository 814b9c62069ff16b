import HubCore

/// Rows for people: columns aligned, two blanks between them.
struct Table {
    let columns: [String]
    let rows: [[String]]

    var text: String {
        guard !rows.isEmpty else { return "nothing" }
        let rows = ([columns.map { $0.uppercased() }] + rows).map { $0.map(Self.harmless) }
        let widths = columns.indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
        return rows.map { row in
            let cells = zip(row, widths).map { $0 + String(repeating: " ", count: $1 - $0.count) }
            return cells.joined(separator: "  ").trimmedAtEnd
        }.joined(separator: "\n")
    }

    /// One row of a table whose later rows are not known: cells are cut to the widths, the last is whole.
    static func fixed(_ cells: [String], _ widths: [Int]) -> String {
        let fixed = zip(cells, widths).map { cell, width in
            let cell = harmless(cell).shortened(to: width)
            return cell + String(repeating: " ", count: width - cell.count)
        }
        return (fixed + cells.dropFirst(widths.count).map(harmless)).joined(separator: "  ")
    }

    /// What strangers sent must not move the cursor, colour the screen or break the line.
    static func harmless(_ text: String) -> String {
        String(
            String.UnicodeScalarView(
                text.unicodeScalars.map { scalar in
                    switch scalar.properties.generalCategory {
                    case .control, .format, .lineSeparator, .paragraphSeparator: "\u{FFFD}"
                    default: scalar
                    }
                }))
    }
}

extension String {
    fileprivate var trimmedAtEnd: String {
        String(reversed().drop { $0 == " " }.reversed())
    }

    /// At most so many characters, with a mark where something is missing.
    func shortened(to width: Int) -> String {
        count <= width ? self : prefix(width - 1) + "…"
    }
}

extension Timestamp {
    /// For tables: to the second.
    var short: String { String(rfc3339.prefix(19)) + "Z" }
}
