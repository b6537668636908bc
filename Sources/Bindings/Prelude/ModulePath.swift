import Basics
import LuaHost

/// Says in which module of a network an error happened: "in net.blocks.2.attn".
extension Lab {
  /// Looks for modules on the call stack at the point of an error; the outermost one is the network, the innermost the
  /// place. Frames of script functions tell the network's variable name only if it is `self`, so the class name serves.
  func installModulePaths(_ host: LuaHost) throws {
    guard case .reference(let pathOf) = try table["module_path"], case .reference(let nn) = try table["nn"],
      case .reference(let isModule) = try nn["is_module"]
    else { return }
    try table.set("module_path", .nil)
    host.describeError = { site in
      guard site.failure.kind != .interrupted, !site.failure.message.contains(" (in ") else { return nil }
      var modules: [LuaReference] = []
      for frame in site.stack.frames(limit: 60) where frame.line >= 0 {
        guard let module = (try? site.stack.local("self", level: frame.level))??.reference,
          (try? isModule.call(.reference(module)).first?.boolean) == true
        else { continue }
        modules.append(module)
      }
      guard let inner = modules.first, let root = modules.last else { return nil }
      let path = (try? pathOf.call(.reference(root), .reference(inner)).first?.string) ?? nil
      let className = (try? root["class_name"].string) ?? nil
      let name = className ?? Self.className(of: root)
      guard let path, !path.isEmpty else { return name.map { "\(site.failure.message) (in \($0))" } }
      return "\(site.failure.message) (in \(name.map { $0 + "." } ?? "")\(path))"
    }
  }

  private static func className(of module: LuaReference) -> String? {
    guard let text = try? module.describedByItself() else { return nil }
    return text.split(whereSeparator: { $0 == " " || $0 == "\n" }).first.map(String.init)
  }
}
