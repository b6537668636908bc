import Basics
import LuaHost

/// Says in which module of a network an error happened: "in net.blocks.2.attn".
extension Lab {
  /// Looks for modules that run at the point of an error: the innermost is the place, the outermost that contains it
  /// is the network. The network's variable is unknown there, so its class name serves.
  func installModulePaths(_ host: LuaHost) throws {
    guard case .reference(let pathOf) = try table["module_path"], case .reference(let nn) = try table["nn"],
      case .reference(let isModule) = try nn["is_module"]
    else { return }
    try table.set("module_path", .nil)
    self.pathOf = pathOf
    host.describeError = { site in
      guard site.failure.kind != .interrupted, !site.failure.message.contains(" (in ") else { return nil }
      let hinted = Self.hint(for: site.failure.message).map { site.failure.message + $0 }
      let message = hinted ?? site.failure.message
      var running: [LuaReference] = []
      // What whole models do, such as loading weights or generating, says nothing about a place in the network.
      for frame in site.stack.frames(limit: 400)
      where frame.line >= 0 && !frame.source.contains("nn/module") && !frame.source.contains("generation/") {
        guard let module = (try? site.stack.local("self", level: frame.level))??.reference,
          (try? isModule.call(.reference(module)).first?.boolean) == true
        else { continue }
        running.append(module)
      }
      guard let inner = running.first else { return hinted }
      for root in running.reversed() {
        guard let path = (try? pathOf.call(.reference(root), .reference(inner)).first?.string) ?? nil,
          let name = Self.className(of: root)
        else { continue }
        if path.isEmpty && message.contains(name) { return hinted }
        return "\(message) (in \(name)\(path.isEmpty ? "" : "." + path))"
      }
      return hinted
    }
  }

  /// Where a module stands below another: "blocks.2.attn"; empty for the same one, `nil` when it is not there.
  public func path(of module: LuaReference, below root: LuaReference) -> String? {
    (try? pathOf?.call(.reference(root), .reference(module)).first?.string) ?? nil
  }

  /// What to do where a function of Lua's own libraries, such as math.sqrt, was given a tensor.
  private static func hint(for message: String) -> String? {
    message.hasSuffix("number expected, got Tensor)") ? "; t:item() is the number of a Tensor with one element" : nil
  }

  private static func className(of module: LuaReference) -> String? {
    guard let text = try? module.describedByItself() else { return nil }
    return text.split(whereSeparator: { $0 == " " || $0 == "\n" }).first.map(String.init)
  }
}
