import Basics

/// A word in a coloured frame; the word alone says all.
enum Badge {
  enum Kind: String { case good, bad, open }

  static func html(_ word: String, _ kind: Kind) -> String {
    "<span class=\"badge \(kind.rawValue)\">\(HTML.escaped(word))</span>"
  }

  static func verdict(_ verdict: String?) -> String {
    switch verdict {
    case "supported"?: html("supported", .good)
    case "refuted"?: html("refuted", .bad)
    case "undecided"?: html("undecided", .open)
    default: html("not decided", .open)
    }
  }
}

/// The claims with their numbers and raw values, and the controls.
struct VerdictSection {
  private let run: StoredRun

  init(_ run: StoredRun) { self.run = run }

  var parts: [String] {
    let claims = run.claims
    guard !claims.isEmpty else { return [] }
    var parts = ["<h2>Verdicts</h2>", summary]
    if run.isSmoke {
      parts.append(
        "<p class=\"warning\">A smoke run uses one seed and small values: it shows that the recipe executes, and decides "
          + "nothing.</p>")
    } else if run.run["planned"]?.bool == false {
      parts.append(
        "<p class=\"warning\">The recipe does not plan this number of seeds: seeds that are added or left out after "
          + "looking make a false verdict likelier.</p>")
    }
    parts += claims.map(claim)
    parts.append(controls)
    return parts.filter { !$0.isEmpty }
  }

  private var summary: String {
    let counts = ["supported", "refuted", "undecided"].compactMap { verdict -> String? in
      let count = run.claims.count { $0["verdict"]?.string == verdict }
      return count == 0 ? nil : "\(count) \(verdict)"
    }
    var text =
      NumberText.count(run.claims.count, "claim") + (counts.isEmpty ? "" : ": " + counts.joined(separator: ", "))
    let broke = run.controls.count { ["refuted", "undecided"].contains($0["verdict"]?.string ?? "") }
    let executed = run.controls.count { $0["verdict"]?.string != nil }
    if executed > 0 {
      text += "; \(broke) of \(NumberText.count(executed, "control")) broke what should break"
    } else if !run.controls.isEmpty {
      text += "; controls not run"
    }
    return HTML.text("p", text + ".")
  }

  private func claim(_ claim: JSON) -> String {
    var lines = ["<h3>\(Badge.verdict(claim["verdict"]?.string)) \(HTML.escaped(claim["says"]?.string ?? ""))</h3>"]
    let conditions = claim["conditions"]?.list ?? [claim]
    for (place, condition) in conditions.enumerated() {
      if conditions.count > 1 {
        lines.append(
          "<p class=\"measure\">Condition \(place + 1): \(Badge.verdict(condition["verdict"]?.string))</p>")
      }
      lines += self.condition(condition)
    }
    if claim["post_hoc"]?.bool == true {
      lines.append(
        "<p class=\"warning\">Post hoc: it was stated after results were read, so it cannot be supported.</p>")
    }
    if let change = claim["change"]?.string { lines.append(HTML.text("p", "Changed: \(change).", class: "warning")) }
    return "<article class=\"claim\">\n\(lines.joined(separator: "\n"))\n</article>"
  }

  private func condition(_ condition: JSON) -> [String] {
    func number(_ name: String) -> String? { condition[name]?.double.map { NumberText.short($0) } }
    func pair(_ name: String) -> String? {
      guard let ends = condition[name]?.list?.compactMap(\.double), ends.count == 2 else { return nil }
      return "[\(NumberText.short(ends[0])), \(NumberText.short(ends[1]))]"
    }
    let each = condition["every_seed"]?.bool == true ? " in each seed" : ""
    var facts: [(String, String?)] = [
      ("measure", condition["measure"]?.string), ("wanted", (condition["wanted"]?.string ?? "") + each),
      ("mean", number("estimate")), ("interval", pair("adjusted_interval") ?? pair("interval")),
      ("N", condition["n"]?.int.map(String.init)),
    ]
    facts += [
      ("p", (condition["adjusted_p"]?.double ?? condition["p"]?.double).map(NumberText.probability)),
      ("effect size", condition["effect_size"]?.double.map(VerdictTable.effect)),
    ]
    if condition["verdict"]?.string == "undecided" {
      facts.append(("would be seen 4 times in 5", number("smallest_detectable")))
    }
    let list = facts.compactMap { name, value in
      value.map { "<div><dt>\(HTML.escaped(name))</dt><dd>\(HTML.escaped($0))</dd></div>" }
    }
    var lines = ["<dl>\(list.joined())</dl>"]
    if let plot = StripPlot(condition) {
      lines.append(plot.svg)
      let values = plot.values.map { NumberText.short($0) }.joined(separator: "\u{2002}")
      lines.append(HTML.text("p", "Each seed: " + values, class: "raw"))
    }
    for note in condition["notes"]?.list?.compactMap(\.string) ?? [] {
      lines.append(HTML.text("p", note, class: "note"))
    }
    return lines
  }

  private var controls: String {
    guard !run.controls.isEmpty else {
      return "<p class=\"note\">The recipe has no control: nothing shows that its claims could fail.</p>"
    }
    let rows = run.controls.map { control -> [String] in
      let verdict = control["verdict"]?.string
      let word =
        verdict == nil
        ? Badge.html("not run", .open)
        : verdict == "supported" ? Badge.html("does not break it", .bad) : Badge.html("breaks it", .good)
      let set = (control["set"]?.members ?? []).map { "\($0.name) = \(StoredRun.argument($0.value))" }
      return [
        word, HTML.escaped(control["says"]?.string ?? ""), HTML.text("code", set.joined(separator: ", ")),
        HTML.escaped(control["breaks"]?.string ?? ""),
      ]
    }
    return
      "<h2>Controls</h2>\n<p>A control is a variant that is broken on purpose: under it the claim must not come out "
      + "supported.</p>\n" + HTML.table(["", "control", "sets", "should break"], rows)
  }
}
