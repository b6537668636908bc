import Basics
import LuaHost
import Recipes

/// Probable mistakes in a script, found in its text alone.
public enum Lint {
  public struct Finding: Sendable, Equatable {
    public let line: Int
    public let text: String
  }

  /// - Parameters:
  ///   - name: what messages call the file.
  ///   - script: a host that knows the library's names; nothing is run in it.
  /// - Throws: `Failure` when the source is no valid Lua.
  public static func findings(in source: String, name: String, _ script: ScriptHost) throws -> [Finding] {
    let text = source.hasPrefix("#") ? "--" + source : source
    try script.host.check(source: source, name: name)
    let tokens = LuaToken.all(of: text).filter(\.isCode)
    let scopes = LuaScopes(tokens)
    let findings =
      undefined(scopes, script) + members(tokens, script) + RecipeLint.order(tokens) + RecipeLint.randomness(tokens)
      + RecipeLint.controls(tokens) + RecipeLint.comparisons(tokens)
    return findings.sorted { ($0.line, $0.text) < ($1.line, $1.text) }
  }

  /// Names that are neither local, nor assigned anywhere, nor global.
  private static func undefined(_ scopes: LuaScopes, _ script: ScriptHost) -> [Finding] {
    let globals = (script.host.inspect([])?.members ?? []).map(\.name)
    let known = Set(globals).union(scopes.assigned)
    var told: Set<String> = []
    return scopes.free.compactMap { name, line in
      guard !known.contains(name), told.insert(name).inserted else { return nil }
      let hint = NearestName.hint(name, among: scopes.declared.sorted() + known.sorted())
      return Finding(line: line, text: "undefined name '\(name)'" + hint)
    }
  }

  /// `lab.` names that the library does not have.
  private static func members(_ tokens: [LuaToken], _ script: ScriptHost) -> [Finding] {
    var findings: [Finding] = []
    for place in tokens.indices where tokens[place].text == "lab" && tokens[place].kind == .name {
      if place > 0, tokens[place - 1].is(".") || tokens[place - 1].is(":") { continue }
      var path: [Inspection.Step] = [.name("lab")]
      var next = place + 1
      while next + 1 < tokens.count, tokens[next].is("."), tokens[next + 1].kind == .name {
        let name = String(tokens[next + 1].text)
        if next + 2 < tokens.count, tokens[next + 2].is("=") { break }
        guard let home = script.host.inspect(path), home.kind == .table else { break }
        guard home.members.contains(where: { $0.name == name }) else {
          let owner = path.count == 1 ? "lab" : LuaPath(steps: path).name
          let hint = NearestName.hint(name, among: home.members.map(\.name))
          findings.append(Finding(line: tokens[next + 1].line, text: "\(owner) has no '\(name)'" + hint))
          break
        }
        path.append(.name(name))
        next += 2
      }
    }
    return findings
  }
}
