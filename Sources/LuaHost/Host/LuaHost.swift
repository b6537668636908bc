import Basics
import CLua

/// One Lua universe: a state, the native functions and types that its scripts see, and the way errors come back.
///
/// A host belongs to one thread at a time; only its `interruption` may be used from other threads and signal handlers.
/// Native bodies must not capture their host (it would keep itself alive): they get it from their `Call`.
public final class LuaHost {
  /// Stops the running script from outside.
  public let interruption = Interruption()

  /// Where printed text goes; the default is standard output. Set it before running.
  public var output: (UnsafeBufferPointer<UInt8>) -> Void = StandardOutput.write

  /// Whether printed text is handed on after each line instead of in large pieces; true on a terminal by default.
  public var flushesEachLine = StandardOutput.isTerminal

  /// Sees printed text as it is printed, before it is handed to `output`.
  public var printObserver: ((LuaHost, UnsafeRawBufferPointer) -> Void)?

  /// The printed form of a value for `print`; `nil` leaves it to `tostring`.
  public var format: ((LuaStack, Int) -> String?)?

  /// Sees each error where it happened, before the stack is unwound; a result other than `nil` replaces the message.
  public var describeError: ((ErrorSite) -> String?)?

  /// The script lines that led to the last reported error, innermost first, as `recipe.lua:12: in function 'train'`.
  public internal(set) var lastTraceback: [String] = []

  /// The folder that `require` reads from; `nil` allows registered modules only.
  public var moduleFolder: String?

  /// Bytes of native memory that live objects hold, as told by their owner; see `addPressure`.
  public var liveNativeBytes: (() -> Int)?

  /// Above this many native bytes `addPressure` runs a full collection.
  public var nativeCeiling = Int.max

  /// Global names that may be read while they are nil: a prompt declares them.
  public var declaredNames: Set<String> = []

  var control: OpaquePointer { interruption.control }
  var printed: [UInt8] = []
  var types: [AnyHostType] = []
  var functionType: AnyHostType?
  var modules: [String: ModuleSource] = [:]
  var loading: [String] = []
  var reports = ErrorMemory()
  var observers = CallObservers()
  var pressure = 0
  /// Native bytes after which the collector takes its next step.
  var stepAfter = LuaHost.leastGarbage
  var bytesAfterFullCollection = 0
  let drain = ReferenceDrain()

  /// Makes a state with the restricted standard libraries: base, coroutine, table, string, utf8, math, parts of os and
  /// io, and `debug.traceback`.
  ///
  /// - Parameter seed: the seed of `math.random`.
  /// - Throws: `Failure` of kind `memory` when no state can be made.
  public init(seed: UInt64 = 0) throws {
    clua_keep_freed_memory()
    let callbacks = clua_callbacks(
      invoke: { state, function in
        Unmanaged<NativeFunction>.fromOpaque(function)._withUnsafeGuaranteedRef { $0.invoke(state) }
      },
      release: { Unmanaged<AnyObject>.fromOpaque($0).release() },
      report: { state in LuaStack(state).host.report(state) },
      explain: { state, condition in LuaStack(state).host.explain(condition, state) },
      write: { state, text, length in
        LuaStack(state).host.write(UnsafeRawBufferPointer(start: text, count: length))
      },
      format: { state, index in LuaStack(state).host.pushFormatted(index, state) })
    guard clua_open(interruption.control, Unmanaged.passUnretained(self).toOpaque(), callbacks) != nil else {
      throw Failure(.memory, "no Lua state could be made: the system has no memory left")
    }
    functionType = AnyHostType(named: "native function", in: self)
    clua_seed(control, seed)
    installGlobals()
  }

  deinit { close() }

  /// Ends the state: runs all finalizers and releases everything that Lua held. Later calls throw; closing twice is fine.
  public func close() {
    flushOutput()
    guard clua_current(control) != nil else { return }
    clua_close(control)
    for type in types { type.hostDidClose() }
    modules = [:]
    flushOutput()
  }

  /// Whether `close` has been called.
  public var isClosed: Bool { clua_current(control) == nil }

  /// The stack of the coroutine that is running, or of the main one.
  ///
  /// - Throws: `Failure` after `close`.
  public var stack: LuaStack {
    get throws {
      guard let state = clua_current(control) else {
        throw Failure(.script, "the script has ended: its host is closed")
      }
      return LuaStack(state)
    }
  }

  /// Starts `math.random` anew; `math.randomseed()` without an argument comes back to this seed.
  public func seed(_ seed: UInt64) { clua_seed(control, seed) }

  /// All that `math.random` goes on from, as five words; to be saved and set again.
  public var randomState: [UInt64] {
    get {
      var words = [UInt64](repeating: 0, count: 5)
      clua_random_state(control, &words)
      return words
    }
    set { if newValue.count == 5 { clua_set_random_state(control, newValue) } }
  }

  /// Takes over an error that the same script met in another process: what is thrown with this message comes out as it
  /// is, with the lines that led to it there.
  public func adopt(_ failure: Failure, traceback: [String]) {
    reports.report(failure.message, failure.kind)
    lastTraceback = traceback
  }

  /// Whether this error has come out of the script, with its position in the message.
  public func hasReported(_ failure: Failure) -> Bool { reports.isOnItsWay(failure.message) }

  /// Bytes that Lua values use now.
  public var memoryInUse: Int { Int(clamping: clua_bytes(control)) }

  /// The most bytes that Lua values used so far.
  public var peakMemory: Int { Int(clamping: clua_peak_bytes(control)) }

  /// Bytes that Lua values may use; beyond it the script gets an error. `nil`, the default, sets no limit.
  public var memoryLimit: Int? {
    get { clua_limit(control) == Int(bitPattern: UInt.max) ? nil : Int(clamping: clua_limit(control)) }
    set { clua_set_limit(control, newValue.map { max(0, $0) } ?? Int(bitPattern: UInt.max)) }
  }

  /// Runs a full collection before every native call: finds objects that are used after their release. For tests.
  public var collectAtEveryCall: Bool {
    get { clua_conditions(control) & Int32(CLUA_COLLECT) != 0 }
    set {
      if newValue {
        clua_set_condition(control, Int32(CLUA_COLLECT))
      } else {
        clua_clear_condition(control, Int32(CLUA_COLLECT))
      }
    }
  }

  /// Objects of each host type that Lua holds now, by type name; types without live objects are left out.
  public var liveObjects: [String: Int] {
    var counts: [String: Int] = [:]
    for type in types where type.live != 0 { counts[type.name, default: 0] += type.live }
    return counts
  }

  /// Runs a full collection, so that unreachable objects are released.
  public func collectGarbage() {
    if let state = clua_current(control) {
      clua_collect(state)
      clua_collect(state)
    }
  }
}
