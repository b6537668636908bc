/// What a recipe declares, as text.
public enum Declarations {
  public static func render(_ outcome: Outcome) -> String {
    guard let recipe = outcome.recipe else {
      return "\(outcome.file.name) declares no recipe before its trials, or at all.\n"
    }
    var facts = TextTable(columns: [.init(title: ""), .init(title: "", wrapsAt: 100)])
    facts.rows.append(["id", recipe.id])
    if !recipe.paper.isEmpty { facts.rows.append(["paper", recipe.paper + (recipe.year.map { " (\($0))" } ?? "")]) }
    if !recipe.theme.isEmpty { facts.rows.append(["theme", recipe.theme]) }
    let later = recipe.looks.dropFirst().map { ", then \($0)" }.joined()
    facts.rows.append(["seeds", "1 to \(recipe.seeds)" + later])
    var lines = [recipe.title, ""] + facts.lines
    if !recipe.parameters.isEmpty {
      var table = TextTable(columns: [
        .init(title: "parameter"), .init(title: "default"), .init(title: "takes"), .init(title: "", wrapsAt: 50),
      ])
      for parameter in recipe.parameters {
        let unit = parameter.unit.isEmpty ? "" : " " + parameter.unit
        table.rows.append([parameter.name, "\(parameter.initial)\(unit)", parameter.wanted, parameter.help])
      }
      lines += [""] + table.lines
    }
    if !outcome.claims.isEmpty {
      var table = TextTable(columns: [.init(title: "claim", wrapsAt: 76), .init(title: "wanted")])
      for claim in outcome.claims {
        table.rows.append([
          claim.says,
          claim.parts.map { $0.condition.text + ($0.condition.everySeed ? " each" : "") }.joined(separator: " and "),
        ])
      }
      lines += [""] + table.lines
    }
    if !outcome.controls.isEmpty {
      var table = TextTable(columns: [
        .init(title: "control", wrapsAt: 44), .init(title: "sets"), .init(title: "should break", wrapsAt: 44),
      ])
      for control in outcome.controls {
        let sets = control.control.settings.map { "\($0.name) = \($0.value)" }.joined(separator: ", ")
        table.rows.append([control.control.says, sets, control.breaks])
      }
      lines += [""] + table.lines
    }
    return lines.joined(separator: "\n") + "\n\nThe code above lab.trials was executed to see this; no trial was run.\n"
  }
}
