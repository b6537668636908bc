import CLua

/// One finished call of a native function, as observers see it.
public struct ObservedCall {
  /// What scripts call the function; empty for functions without a name of their own.
  public let name: String
  /// The stack: arguments from position 1 (the object of a method first), results on top.
  public let stack: LuaStack
  /// How many arguments there were, the object of a method included.
  public let argumentCount: Int
  /// How many results were pushed.
  public let resultCount: Int
  /// When it began.
  public let start: ContinuousClock.Instant
  /// How long it took, calls within it included.
  public let seconds: Double
}

extension LuaHost {
  /// Sees every native call after it has succeeded; costs time while it is set. It must leave the stack as it was.
  public var callObserver: ((ObservedCall) -> Void)? {
    get { observers.call }
    set {
      observers.call = newValue
      NativeFunction.isObserved = newValue != nil
    }
  }

  /// Sees the name and the arguments of a native call that fails. It must leave the stack as it was.
  public var failureObserver: ((_ name: String, _ arguments: LuaStack) -> Void)? {
    get { observers.failure }
    set { observers.failure = newValue }
  }
}

/// Those who look on.
struct CallObservers {
  var call: ((ObservedCall) -> Void)?
  var failure: ((String, LuaStack) -> Void)?
}

extension NativeFunction {
  /// Whether any host has an observer: one load per call keeps observation out of the way of all others.
  nonisolated(unsafe) static var isObserved = false

  func observed(_ call: Call, _ body: (Call) throws -> Int) throws -> Int {
    guard let observer = call.host.callObserver else { return try body(call) }
    let stack = call.stack
    let arguments = stack.count
    let clock = ContinuousClock()
    let start = clock.now
    let results = try body(call)
    let (seconds, attoseconds) = (clock.now - start).components
    observer(
      ObservedCall(
        name: name, stack: stack, argumentCount: arguments, resultCount: results, start: start,
        seconds: Double(seconds) + Double(attoseconds) * 1e-18))
    return results
  }
}
