/// A recorded run as one HTML page: prose, code, output, figures, verdicts, and how to run it again. It needs nothing from
/// outside, has no scripts, and is made from the record alone.
public struct Report {
  private let run: StoredRun

  public init(_ run: StoredRun) { self.run = run }

  /// The page, in UTF-8.
  public var html: String {
    let title = run.title
    var body = [header]
    body += VerdictSection(run).parts
    let cells = cells
    if !cells.isEmpty { body += ["<h2>The recipe</h2>"] + cells }
    body += [parameters, checks, results, again, provenance]
    return """
      <!DOCTYPE html>
      <html lang="en">
      <head>
      <meta charset="utf-8">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
      <meta name="generator" content="perilune \(HTML.escaped(run.run["perilune"]?.string ?? HostVersion.current))">
      <title>\(HTML.escaped(title))</title>
      <style>
      \(ReportStyle.css)
      </style>
      </head>
      <body>
      <main>
      \(body.filter { !$0.isEmpty }.joined(separator: "\n"))
      </main>
      </body>
      </html>

      """
  }

  private var header: String {
    var facts: [String] = []
    if let paper = run.run["paper"]?.string {
      facts.append("After: \(paper)" + (run.run["year"]?.int.map { " (\($0))" } ?? ""))
    }
    if let theme = run.run["theme"]?.string { facts.append("theme: \(theme)") }
    var lines = [HTML.text("h1", run.title)]
    if !facts.isEmpty { lines.append(HTML.text("p", facts.joined(separator: " \u{B7} "), class: "meta")) }
    var small = [run.isSmoke ? "smoke run" : NumberText.count(run.seeds.count, "seed")]
    if let seconds = run.seconds { small.append(NumberText.duration(seconds: seconds)) }
    if let recorded = run.machine?["recorded"]?.string { small.append(String(recorded.prefix(10))) }
    small.append("run \(run.name)")
    lines.append(HTML.text("p", small.joined(separator: " \u{B7} "), class: "meta"))
    for fault in run.faults { lines.append(HTML.text("p", fault + ".", class: "warning")) }
    return "<header>\n\(lines.joined(separator: "\n"))\n</header>"
  }

  // MARK: Prose, code, output

  private var cells: [String] {
    let output = CellOutput(run)
    guard let source = run.source else { return output.rest(after: 0) }
    var parts: [String] = []
    for cell in PercentCell.cells(of: source) {
      if cell.isProse {
        parts.append("<section>\(Markdown.html(cell.text, dropping: run.title))</section>")
        continue
      }
      if !cell.title.isEmpty { parts.append(HTML.text("h3", cell.title)) }
      if !cell.text.isEmpty { parts.append("<pre class=\"code\"><code>\(LuaHighlight.html(cell.text))</code></pre>") }
      parts += output.parts(of: cell.lines)
    }
    return parts + output.rest(after: source.split(separator: "\n", omittingEmptySubsequences: false).count)
  }

  // MARK: Tables

  private var parameters: String {
    let values = run.run["params"]?.members ?? []
    guard !values.isEmpty else { return "" }
    let declared = run.run["declared_params"]?.list ?? []
    let rows = values.map { member -> [String] in
      let about = declared.first { $0["name"]?.string == member.name }
      let initial = about?["default"].map { $0 == member.value ? "" : StoredRun.argument($0) } ?? ""
      let unit = about?["unit"]?.string.map { " " + $0 } ?? ""
      return [
        HTML.text("code", member.name), HTML.escaped(StoredRun.argument(member.value) + unit), HTML.escaped(initial),
        HTML.escaped(about?["takes"]?.string ?? ""), HTML.escaped(about?["help"]?.string ?? ""),
      ]
    }
    // Columns without any text are left out.
    let titles = ["parameter", "value", "default (changed here)", "takes", ""]
    let kept = titles.indices.filter { column in column < 2 || rows.contains { !$0[column].isEmpty } }
    return "<h2>Parameters</h2>\n" + HTML.table(kept.map { titles[$0] }, rows.map { row in kept.map { row[$0] } })
  }

  private var checks: String {
    let checks = run.run["checks"]?.list ?? []
    guard !checks.isEmpty else { return "" }
    let rows = checks.map { check -> [String] in
      let holds = check["holds"]?.bool ?? false
      let times = check["stated"]?.int ?? 1
      return [
        Badge.html(holds ? "holds" : "fails", holds ? .good : .bad), HTML.escaped(check["name"]?.string ?? ""),
        times > 1 ? "\(check["held"]?.int ?? 0) of \(times) times" : "",
      ]
    }
    return "<h2>Checks</h2>\n" + HTML.table(["", "", ""], rows)
  }

  private var results: String {
    let trials = run.trials
    guard !trials.isEmpty else { return "" }
    var parts = ["<h2>Results of all trials</h2>"]
    for call in Set(trials.map { $0["call"]?.int ?? 1 }).sorted() {
      let some = trials.filter { ($0["call"]?.int ?? 1) == call }
      let hasArms = some.contains { $0["arm"]?.string != nil }
      var names: [String] = []
      for member in some.flatMap({ $0["metrics"]?.members ?? [] }) where !names.contains(member.name) {
        names.append(member.name)
      }
      let rows = some.map { trial -> [String] in
        let metrics = trial["metrics"]
        let cells = names.map { name in metrics?[name].map { NumberText.short($0.double ?? .nan) } ?? "" }
        let failure = trial["failure"]?.string.map { [HTML.text("em", $0)] } ?? []
        return ["\(trial["seed"]?.int ?? 0)"] + (hasArms ? [HTML.escaped(trial["arm"]?.string ?? "")] : [])
          + (failure + cells).prefix(max(1, names.count))
      }
      let lead = hasArms ? 2 : 1
      parts.append(
        HTML.table(
          (["seed"] + (hasArms ? ["arm"] : []) + names).map(HTML.escaped), rows,
          numeric: Set([0] + (lead..<(lead + names.count)))))
    }
    return parts.joined(separator: "\n")
  }

  // MARK: How to run it again

  private var again: String {
    let file = run.run["file"]?.string ?? "recipe.lua"
    let set = run.settings.map { " --set \(ShellWord.quoted($0))" }.joined()
    let commands =
      run.isSmoke
      ? ["perilune run \(ShellWord.quoted(file)) --smoke\(set)"]
      : [
        "perilune verify \(ShellWord.quoted(file))\(set)\(seedOption)   # trials, claims and controls",
        "perilune reproduce \(run.name)   # runs the record again and compares",
      ]
    return "<h2>Run it again</h2>\n" + HTML.text("pre", commands.joined(separator: "\n"), class: "code")
  }

  private var seedOption: String { run.run["planned"]?.bool == false ? " --seeds \(run.seeds.count)" : "" }

  private var provenance: String {
    var rows: [(String, String)] = [
      ("numerics fingerprint", run.fingerprint), ("source, SHA-256", run.run["source_sha256"]?.string ?? ""),
      ("perilune", run.run["perilune"]?.string ?? ""), ("recorded", run.machine?["recorded"]?.string ?? ""),
      ("processor", run.machine?["processor"]?.string ?? ""),
      ("threads", run.machine?["threads"]?.int.map(String.init) ?? ""),
      ("BLAS core", run.machine?["blas_core"]?.string ?? ""),
    ]
    for file in run.run["files"]?.list ?? [] {
      rows.append(("read: \(file["name"]?.string ?? "")", file["sha256"]?.string ?? ""))
    }
    for use in run.run["data"]?.list?.prefix(3) ?? [] {
      rows.append(("data, ordering", "\(use["data"]?.string ?? ""), \(use["ordering"]?.string ?? "")"))
    }
    let more = (run.run["data"]?.list?.count ?? 0) - 3
    if more > 0 { rows.append(("", "and \(more) more data sets and orderings, in run.json")) }
    let cells = rows.filter { !$0.1.isEmpty }.map { name, value in
      [HTML.escaped(name), "<span class=\"hash\">\(HTML.escaped(value))</span>"]
    }
    return "<h2>Where the numbers come from</h2>\n" + HTML.table(["", ""], cells)
      + "\n<p class=\"note\">Machines with the same numerics fingerprint get the same bits; elsewhere verdicts are to be "
      + "compared. This page was made from the run's record.</p>"
  }
}

/// A word of a shell command.
enum ShellWord {
  static func quoted(_ text: String) -> String {
    let plain = text.unicodeScalars.allSatisfy { scalar in
      scalar.isASCII && (scalar.properties.isAlphabetic || scalar.properties.numericType != nil)
        || "._-/=+,:@%".unicodeScalars.contains(scalar)
    }
    return plain && !text.isEmpty ? text : "'" + text.replacing("'", with: "'\\''") + "'"
  }
}
