import Basics
import LuaHost
import Tensors

/// What is known about an error: the arguments of the call that failed, and the frames with their local variables.
struct FailureRecord {
  struct Frame {
    let place: LuaFrame
    let locals: [(name: String, value: LuaValue)]
  }

  /// The message as it came out.
  var message = ""
  /// The native function that failed.
  var operation: String?
  /// Each argument as a person would say it: "float32 {3, 4}".
  var arguments: [String] = []
  /// Innermost first.
  var frames: [Frame] = []
  /// The frame that `:debug` looks at.
  var current = 0
}

extension ReplSession {
  /// Keeps frames and arguments of each error while the stack is still there.
  func watchFailures() {
    let tensors = script.lab.tensors
    var last: (name: String, arguments: [String])?
    host.failureObserver = { name, stack in
      let count = min(stack.count, 6)
      guard count > 0 else { return }
      last = (name, (1...count).map { Self.describe($0, stack, tensors) })
    }
    let inner = host.describeError
    host.describeError = { [weak self] site in
      let message = inner?(site)
      var record = FailureRecord(message: message ?? site.failure.message)
      if let last, record.message.contains(last.name + ": ") || last.name.isEmpty {
        record.operation = last.name
        record.arguments = last.arguments
      }
      last = nil
      for frame in site.stack.frames(limit: 40) where frame.isScript {
        record.frames.append(.init(place: frame, locals: site.stack.locals(level: frame.level)))
      }
      self?.failure = record
      return message
    }
  }

  /// A value in few words: a tensor by dtype and shape, others as messages name them.
  static func describe(_ position: Int, _ stack: LuaStack, _ tensors: HostType<Tensor>) -> String {
    guard let tensor = stack.object(at: position, tensors) else {
      if stack.kind(at: position) == .string { return "\"\(stack.text(at: position)?.prefix(20) ?? "")\"" }
      return stack.describe(at: position)
    }
    return "\(tensor.dtype.name) \(tensor.shape)"
  }
}
