import Bindings
import LineEditor
import LuaHost
import Recipes

/// What could go on at the cursor: live objects first, then what the documentation knows. Runs no script code.
public struct Completer {
  private let script: ScriptHost
  private let docs: DocRegistry

  public init(_ script: ScriptHost) {
    self.script = script
    docs = script.lab.docs
  }

  /// - Parameter source: the text before the cursor.
  public func complete(_ source: String) -> Completions {
    let (place, call) = CursorPlace.read(source)
    switch place {
    case .nothing: return Completions()
    case .text(let text): return FileNames.complete(text)
    case .question(let prefix): return documented(prefix)
    case .command(let prefix):
      let rows = PromptCommand.all.filter { $0.name.hasPrefix(prefix) }
      return Completions(replaces: prefix.count, items: rows.map { .init($0.name, $0.summary) })
    case .setting(let prefix):
      let rows = PromptSetting.all.filter { $0.name.hasPrefix(prefix) }
      return Completions(replaces: prefix.count, items: rows.map { .init($0.name, $0.summary + ": " + $0.takes) })
    case .member(let path, let prefix): return members(path, prefix)
    case .name(let prefix): return names(prefix, call)
    }
  }

  private func documented(_ prefix: String) -> Completions {
    let items = docs.all.filter { doc in
      doc.name.hasPrefix(prefix) || doc.name.hasPrefix("lab." + prefix)
        || doc.name.split(separator: ".").last?.hasPrefix(prefix) == true
    }.map { Completions.Item($0.name, $0.summary) }
    return Completions(replaces: prefix.count, items: items)
  }

  private func names(_ prefix: String, _ call: EnclosingCall?) -> Completions {
    let doc = call.flatMap(documentation)
    var items: [Completions.Item] = []
    if let call, let doc, call.isAtOption {
      items = DocOptions.of(doc).filter { $0.text.hasPrefix(prefix) && !call.given.contains($0.text) }
        .map { .init($0.text + " = ", $0.detail) }
    }
    if items.isEmpty, !(prefix.isEmpty && doc != nil) {
      let globals = script.host.inspect([], prefix: prefix)?.members ?? []
      items = globals.map { .init($0.name, Self.describe($0, signature($0.name))) }
      for keyword in LuaToken.keywords.sorted() where !prefix.isEmpty && keyword.hasPrefix(prefix) && keyword != prefix
      {
        items.append(.init(keyword))
      }
    }
    return Completions(replaces: prefix.count, items: items, note: doc?.signature)
  }

  private func members(_ path: LuaPath, _ prefix: String) -> Completions {
    if path.isCall {
      guard let type = resultType(of: path) else { return Completions() }
      return typeMembers(type, prefix)
    }
    guard let found = script.host.inspect(path.steps, prefix: prefix) else {
      // What only running code could tell, such as a column of a data set, is most often a tensor.
      return path.separator == ":" ? typeMembers("Tensor", prefix) : Completions()
    }
    if let parameters = found.object as? Parameters {
      let entries = parameters.entries.filter { $0.parameter.name.hasPrefix(prefix) }
      return Completions(
        replaces: prefix.count, items: entries.map { .init($0.parameter.name, "= \($0.value)  \($0.parameter.help)") })
    }
    if found.kind == .string { return typeMembers("string", prefix) }
    let owner = found.kind == .object ? found.typeName ?? "" : found.typeName == nil ? path.name : "lab.nn.Module"
    var items = found.members.map { member in
      let named = found.typeName.map { "lab.nn." + $0 + "." + member.name }
      let doc = docs.exact(owner + "." + member.name) ?? named.flatMap(docs.exact) ?? method(member.name, owner)
      return Completions.Item(member.name, Self.describe(member, doc?.signature))
    }
    if path.separator == ":" {
      items.removeAll { item in found.members.contains { $0.name == item.text && $0.kind != .function } }
    }
    return Completions(replaces: prefix.count, items: items)
  }

  /// A method of tensors is documented as the function of the same name.
  private func method(_ name: String, _ owner: String) -> Doc? {
    owner == "Tensor" ? docs.exact("lab." + name) : nil
  }

  /// The members that the documentation gives a type.
  private func typeMembers(_ type: String, _ prefix: String) -> Completions {
    if type == "string" {
      guard let library = script.host.inspect([.name("string")], prefix: prefix) else { return Completions() }
      return Completions(replaces: prefix.count, items: library.members.map { .init($0.name) })
    }
    if type == "Tensor" {
      let names = script.lab.tensors.memberNames.filter { $0.hasPrefix(prefix) }
      return Completions(
        replaces: prefix.count, items: Set(names).sorted().map { .init($0, method($0, "Tensor")?.signature ?? "") })
    }
    let start = type + "."
    let inside = docs.all.filter { $0.name.hasPrefix(start + prefix) }
    return Completions(
      replaces: prefix.count, items: inside.map { .init(String($0.name.dropFirst(start.count)), $0.signature) })
  }

  /// What a call of a documented function gives, as far as its place in the library tells.
  private func resultType(of path: LuaPath) -> String? {
    if let found = script.host.inspect(path.steps), let name = found.typeName, found.isCallable {
      let isModule = found.members.contains { $0.name == "parameters" }
      return isModule ? path.name.hasPrefix("lab.nn.") ? "lab.nn.Module" : "Tensor" : name
    }
    guard docs.exact(path.name) != nil || docs.find(String(path.name.split(separator: ".").last ?? "")) != nil else {
      return nil
    }
    if path.name.hasPrefix("lab.data.") { return "Dataset" }
    if path.name.hasPrefix("lab.optim.") { return "Optimizer" }
    return "Tensor"
  }

  /// The documentation of the function that is being called.
  private func documentation(of call: EnclosingCall) -> Doc? {
    let name = call.function.name
    if !call.isMethod { return docs.exact(name) }
    guard case .name(let method)? = call.function.steps.last else { return nil }
    let owner = script.host.inspect(Array(call.function.steps.dropLast()))
    let type = owner?.typeName ?? ""
    return docs.exact(type + "." + method) ?? docs.exact("lab.nn." + type + "." + method)
      ?? (owner?.kind == .table ? docs.exact("lab.nn.Module." + method) : nil) ?? docs.find(method)
  }

  private func signature(_ name: String) -> String? { docs.exact(name)?.signature }

  private static func describe(_ member: Inspection.Member, _ signature: String?) -> String {
    if let signature { return signature }
    switch member.kind {
    case .function: return "function"
    case .table: return "table"
    case .number: return "number"
    case .string: return "string"
    case .boolean: return "boolean"
    case .object: return "object"
    case .coroutine: return "coroutine"
    case .nil, .nothing: return ""
    }
  }
}
