import Basics
import Foundation
import LuaHost
import Recipes

/// `:save`, `:load`, `:reload`, `:debug`, `:up`, `:down`.
extension ReplSession {
  func save(_ argument: String) throws {
    let path = try needed(argument, "save")
    guard !accepted.isEmpty else { throw Failure(.file, "there is nothing to save yet") }
    guard !FileManager.default.fileExists(atPath: path) else {
      throw Failure(.file, "\(path) exists already; choose another name")
    }
    let text = accepted.joined(separator: "\n")
    do {
      try text.write(toFile: path, atomically: true, encoding: .utf8)
    } catch {
      throw Failure(.file, "\(path) cannot be written: \(error.localizedDescription)")
    }
    faint("\(NumberText.count(accepted.count, "cell")) in \(path); perilune run \(path) runs them")
  }

  func load(_ argument: String) throws {
    let file = try RecipeFile(path: try needed(argument, "load"))
    try evaluate(file.source, name: file.name, shows: false)
    accept(file.source, printsValues: false)
  }

  func reload(_ argument: String) throws {
    let name = try needed(argument, "reload")
    let kept = try host.runPrelude(
      name: "reload",
      source: """
        local name = ...
        local old = package.loaded[name]
        package.loaded[name] = nil
        local ok, new = pcall(require, name)
        if not ok then package.loaded[name] = old; error(new, 0) end
        local kept = {}
        if type(old) == "table" then
          local own = { [old] = "the module" }
          for key, value in next, old do
            if type(value) == "function" or type(value) == "table" then own[value] = name .. "." .. tostring(key) end
          end
          for key, value in next, _G do
            if own[value] then kept[#kept + 1] = tostring(key) .. " (" .. own[value] .. ")" end
          end
        end
        table.sort(kept)
        return old ~= nil, table.concat(kept, ", ")
        """, arguments: [.string(name)])
    if kept.first?.boolean != true { faint("'\(name)' had not been loaded before") }
    if let names = kept.last?.string, !names.isEmpty {
      show("these names still hold the old code: \(names); assign them anew from require \"\(name)\"")
    }
  }

  func debug(_ argument: String) throws {
    guard let failure, !failure.frames.isEmpty else {
      throw Failure(.argument, "there is no error to look at; :debug works after one")
    }
    let frame = failure.frames[failure.current]
    if !argument.isEmpty {
      guard let entry = frame.locals.first(where: { $0.name == argument }) else {
        let hint = NearestName.hint(argument, among: frame.locals.map(\.name))
        throw Failure(.argument, "there is no local variable '\(argument)' in \(frame.place)" + hint)
      }
      return try display([entry.value])
    }
    var lines: [String] = []
    for (number, frame) in failure.frames.enumerated() {
      lines.append((number == failure.current ? "> " : "  ") + frame.place.description)
      if frame.place.isTailCall {
        lines.append("      (a tail call: return f(...) left nothing of the function that called it)")
      }
      guard number == failure.current else { continue }
      for entry in frame.locals { lines.append("      \(entry.name) = \(brief(entry.value))") }
      if frame.locals.isEmpty { lines.append("      no local variables") }
    }
    show(lines.joined(separator: "\n"))
  }

  func moveFrame(_ step: Int) throws {
    guard let failure, !failure.frames.isEmpty else {
      throw Failure(.argument, "there is no error to look at; :debug works after one")
    }
    let place = failure.current + step
    guard failure.frames.indices.contains(place) else {
      throw Failure(.argument, step > 0 ? "this is the outermost frame" : "this is the innermost frame")
    }
    self.failure?.current = place
    try debug("")
  }

  private func brief(_ value: LuaValue) -> String {
    if let tensor = value.object(script.lab.tensors) { return "\(tensor.dtype.name) \(tensor.shape)" }
    switch value {
    case .nil: return "nil"
    case .boolean(let value): return "\(value)"
    case .integer(let value): return "\(value)"
    case .number(let value): return NumberText.short(value)
    case .string(let text): return "\"\(text.prefix(60))\""
    case .object(_, let type): return type.name
    default:
      guard let found = host.inspect(value) else { return "?" }
      if let name = found.typeName { return name }
      if found.kind == .table { return "a table of \(found.count) items and \(found.members.count) names" }
      return found.kind == .function ? "a function" + (host.definition(of: value).map { " from \($0)" } ?? "") : "?"
    }
  }
}

/// An input of the prompt as a percent cell of a file.
struct ReplCell {
  let text: String
  /// The expression whose value it prints, if it does.
  let expression: String?

  /// - Parameter printsValues: whether the input had values, which the prompt prints and a file does not.
  init(_ input: String, printsValues: Bool, _ host: LuaHost) {
    let trimmed = input.trimmingCharacters(in: .whitespacesAndNewlines)
    let isQuiet = trimmed.hasSuffix(";")
    let bare = isQuiet ? String(trimmed.dropLast()) : trimmed
    let isExpression = !host.isSyntaxError("return " + bare) && !bare.isEmpty
    let prints = isExpression && printsValues && !isQuiet
    expression = prints ? bare : nil
    if trimmed.hasPrefix("-- %%") {
      text = trimmed + "\n"
    } else if prints {
      text = "-- %%\nprint(\(bare))\n"
    } else {
      // An expression that is no statement needs something to do with its value.
      text = "-- %%\n" + (isExpression && host.isSyntaxError(bare) ? "local _ = " : "") + trimmed + "\n"
    }
  }
}
