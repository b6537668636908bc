import Basics

/// What is known about a recipe or a run without executing anything, as text.
public enum Declarations {
  /// From a record: what was declared, and what came out.
  public static func render(_ run: StoredRun) -> String {
    var facts = TextTable(columns: [.init(title: ""), .init(title: "", wrapsAt: 100)])
    func fact(_ name: String, _ value: String?) { if let value, !value.isEmpty { facts.rows.append([name, value]) } }
    fact("id", run.run["recipe"]?.string)
    fact("paper", run.run["paper"]?.string.map { $0 + (run.run["year"]?.int.map { " (\($0))" } ?? "") })
    fact("theme", run.run["theme"]?.string)
    fact("seeds", run.isSmoke ? "smoke run" : String(run.seeds.count))
    fact("took", run.seconds.map { NumberText.duration(seconds: $0) + reused(run) })
    fact("recorded", run.machine?["recorded"]?.string)
    fact("run", run.name)
    var blocks = [[run.title], facts.lines, parameters(run)]
    if !run.claims.isEmpty {
      var table = TextTable(columns: [
        .init(title: "verdict"), .init(title: "claim", wrapsAt: 60), .init(title: "wanted"), .init(title: "estimate"),
      ])
      for claim in run.claims {
        let conditions = claim["conditions"]?.list ?? [claim]
        let wanted = conditions.map { condition in
          (condition["wanted"]?.string ?? "") + (condition["every_seed"]?.bool == true ? " each" : "")
        }
        table.rows.append([
          claim["verdict"]?.string ?? "not decided", claim["says"]?.string ?? "", wanted.joined(separator: " and "),
          conditions.map { $0["estimate"]?.double.map { NumberText.short($0) } ?? "" }.joined(separator: ", "),
        ])
      }
      blocks.append(table.lines)
    }
    if !run.controls.isEmpty {
      var table = TextTable(columns: [
        .init(title: "control", wrapsAt: 44), .init(title: "sets"), .init(title: "should break", wrapsAt: 44),
        .init(title: "under it"),
      ])
      for control in run.controls {
        let sets = (control["set"]?.members ?? []).map { "\($0.name) = \(StoredRun.argument($0.value))" }
        table.rows.append([
          control["says"]?.string ?? "", sets.joined(separator: ", "), control["breaks"]?.string ?? "",
          control["verdict"]?.string ?? "not run",
        ])
      }
      blocks.append(table.lines)
    }
    return blocks.filter { !$0.isEmpty }.map { $0.joined(separator: "\n") }.joined(separator: "\n\n")
      + "\n\nFrom the record; nothing was executed.\n"
  }

  private static func reused(_ run: StoredRun) -> String {
    let count = run.machine?["reused_trials"]?.int ?? 0
    return count > 0 ? ", with \(NumberText.count(count, "trial")) reused" : ""
  }

  private static func parameters(_ run: StoredRun) -> [String] {
    let values = run.run["params"]?.members ?? []
    guard !values.isEmpty else { return [] }
    var table = TextTable(columns: [
      .init(title: "parameter"), .init(title: "value"), .init(title: "takes"), .init(title: "", wrapsAt: 50),
    ])
    for member in values {
      let about = run.run["declared_params"]?.list?.first { $0["name"]?.string == member.name }
      let unit = about?["unit"]?.string.map { " " + $0 } ?? ""
      table.rows.append([
        member.name, StoredRun.argument(member.value) + unit, about?["takes"]?.string ?? "",
        about?["help"]?.string ?? "",
      ])
    }
    return table.lines
  }

  /// From a source that was never run: its title, and its declarations as they are written.
  public static func render(_ file: RecipeFile) -> String {
    var blocks = [file.title ?? file.name]
    let calls = DeclarationCalls.find(in: file.source)
    if !calls.contains(where: { $0.name == "recipe" }) {
      blocks.append("\(file.name) declares no recipe.")
    }
    blocks += calls.map(\.text)
    return blocks.joined(separator: "\n\n")
      + "\n\nFrom the source; nothing was executed, and no run of it is recorded.\n"
  }
}

/// Calls of `lab.recipe`, `lab.claim`, `lab.check` and `lab.control` in a source, found without executing it.
enum DeclarationCalls {
  static func find(in source: String) -> [(name: String, text: String)] {
    let bytes = Array(source.utf8)
    var tokens: [(text: String, start: Int, end: Int)] = []
    SourceTokens.each(source) {
      tokens.append((String(decoding: $0, as: UTF8.self), $0.startIndex, $0.endIndex))
    }
    var calls: [(name: String, text: String)] = []
    for place in tokens.indices where place + 3 < tokens.count {
      let name = tokens[place + 2].text
      guard tokens[place].text == "lab", tokens[place + 1].text == ".",
        ["recipe", "claim", "check", "control"].contains(name)
      else { continue }
      var depth = 0
      for end in (place + 3)..<tokens.count {
        if ["(", "{", "["].contains(tokens[end].text) { depth += 1 }
        if [")", "}", "]"].contains(tokens[end].text) { depth -= 1 }
        guard depth == 0 else { continue }
        calls.append((name, String(decoding: bytes[tokens[place].start..<tokens[end].end], as: UTF8.self)))
        break
      }
    }
    return calls
  }
}
