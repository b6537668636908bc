import Basics

/// A ledger as Markdown.
extension Ledger {
  /// The sentence by which its own pages are known.
  public static let mark = "Written by `perilune ledger` from the records in `records/`; not to be edited by hand."

  /// The page: counts, a table of all recipes, and the claims of each by theme.
  public var markdown: String {
    let known = entries.filter { $0.record != nil }
    let claims = known.flatMap { $0.record?.run.claims ?? [] }
    let controls = known.flatMap { $0.record?.run.controls ?? [] }
    func count(_ verdict: String) -> Int { claims.count { $0["verdict"]?.string == verdict } }
    let broke = controls.count { ["refuted", "undecided"].contains($0["verdict"]?.string ?? "") }
    var lines = [
      "# Recipes and what became of their claims", "",
      Self.mark, "",
      "\(NumberText.count(entries.count, "recipe")), \(known.count) with a record; \(NumberText.count(claims.count, "claim")): "
        + "\(count("supported")) supported, \(count("refuted")) refuted, \(count("undecided")) undecided; "
        + "\(broke) of \(NumberText.count(controls.count, "control")) broke what should break.",
    ]
    if !known.isEmpty {
      lines += ["", "| theme | recipe | claims | N | time | fingerprint |", "|---|---|---|--:|--:|---|"]
      for (theme, entries) in themes { lines += entries.compactMap { overview(theme, $0) } }
    }
    for (theme, entries) in themes {
      lines += ["", "## \(theme)"]
      for entry in entries { lines += section(entry) }
    }
    let missing = entries.filter { $0.record == nil }
    if !missing.isEmpty { lines += ["", "## Without a record", ""] + missing.map { "- [\($0.path)](\($0.path))" } }
    if !orphans.isEmpty { lines += ["", "## Records without a recipe", ""] + orphans.map { "- \(Self.cell($0))" } }
    return lines.joined(separator: "\n") + "\n"
  }

  /// Recipes with a record, by theme; both sorted by name.
  private var themes: [(theme: String, entries: [Entry])] {
    var themes: [String: [Entry]] = [:]
    for entry in entries {
      guard let record = entry.record else { continue }
      themes[record.run.run["theme"]?.string ?? "other", default: []].append(entry)
    }
    return themes.keys.sorted().map { ($0, themes[$0] ?? []) }
  }

  private func overview(_ theme: String, _ entry: Entry) -> String? {
    guard let run = entry.record?.run else { return nil }
    let verdicts = ["supported", "refuted", "undecided"].compactMap { verdict -> String? in
      let count = run.claims.count { $0["verdict"]?.string == verdict }
      return count == 0 ? nil : "\(count) \(verdict)"
    }
    let stale = entry.isCurrent ? "" : " (changed since)"
    return
      "| \(Self.cell(theme)) | [\(Self.cell(run.title))](\(entry.path))\(stale) | \(verdicts.joined(separator: ", ")) "
      + "| \(run.seeds.count) | \(Self.time(run)) "
      + "| `\(Fingerprint.short(run.fingerprint))` |"
  }

  /// How long it took; where trials were reused, it would take longer.
  private static func time(_ run: StoredRun) -> String {
    guard let seconds = run.seconds else { return "" }
    let isWhole = (run.machine?["reused_trials"]?.int ?? 0) == 0
    return (isWhole ? "" : "> ") + NumberText.duration(seconds: seconds)
  }

  private func section(_ entry: Entry) -> [String] {
    guard let run = entry.record?.run else { return [] }
    let paper = run.run["paper"]?.string.map { $0 + (run.run["year"]?.int.map { " (\($0))" } ?? "") }
    var facts = paper.map { ["After \(Self.cell($0))."] } ?? []
    facts.append("[\(Self.cell(entry.path))](\(entry.path)), \(NumberText.count(run.seeds.count, "seed")).")
    if !entry.isCurrent {
      facts.append("**The recipe has changed since**: run `perilune verify` and `perilune ledger --export` again.")
    }
    var lines = ["", "### \(Self.cell(run.title))", "", facts.joined(separator: " "), ""]
    lines += ["| verdict | claim | wanted | estimate | interval | N | p |", "|---|---|---|--:|---|--:|---|"]
    for claim in run.claims {
      let conditions = claim["conditions"]?.list ?? []
      let verdict = (claim["verdict"]?.string ?? "") + (claim["post_hoc"]?.bool == true ? " (post hoc)" : "")
      if conditions.isEmpty {
        lines.append(row("**\(verdict)**", claim["says"]?.string ?? "", claim))
      } else {
        lines.append("| **\(verdict)** | \(Self.cell(claim["says"]?.string ?? "")) | | | | | |")
        for condition in conditions {
          lines.append(
            row(condition["verdict"]?.string ?? "", "\u{2003}" + (condition["measure"]?.string ?? ""), condition))
        }
      }
    }
    if run.controls.isEmpty {
      lines += ["", "No control."]
    } else {
      lines += [""]
      for control in run.controls {
        let word =
          switch control["verdict"]?.string {
          case nil: "not run"
          case "supported"?: "does **not** break it"
          default: "breaks it"
          }
        lines.append(
          "- Control: \(Self.cell(control["says"]?.string ?? "")): \(word) (\(Self.cell(control["breaks"]?.string ?? "")))."
        )
      }
    }
    return lines
  }

  private func row(_ verdict: String, _ says: String, _ numbers: JSON) -> String {
    func ends(_ name: String) -> String? {
      guard let ends = numbers[name]?.list?.compactMap(\.double), ends.count == 2 else { return nil }
      return "[\(NumberText.short(ends[0])), \(NumberText.short(ends[1]))]"
    }
    let wanted = (numbers["wanted"]?.string ?? "") + (numbers["every_seed"]?.bool == true ? " each" : "")
    let cells = [
      wanted, numbers["estimate"]?.double.map { NumberText.short($0) } ?? "",
      ends("adjusted_interval") ?? ends("interval") ?? "", numbers["n"]?.int.map(String.init) ?? "",
      (numbers["adjusted_p"]?.double ?? numbers["p"]?.double).map(NumberText.probability) ?? "",
    ]
    return "| \(verdict) | \(Self.cell(says)) | \(cells.map(Self.cell).joined(separator: " | ")) |"
  }

  /// Text that is only text in a table of Markdown.
  private static func cell(_ text: String) -> String {
    var out = ""
    for letter in text {
      switch letter {
      case "\n", "\r": out += " "
      case "|", "*", "`", "\\": out += "\\\(letter)"
      case "<": out += "&lt;"
      default: out.append(letter)
      }
    }
    return out
  }
}
