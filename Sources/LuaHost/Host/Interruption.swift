import CLua
import Glibc

/// Stops a script from another thread or a signal handler, within milliseconds: in loops, coroutines and `pcall`s.
///
/// Long native work polls `isRequested` and throws `Failure(.interrupted, ...)`.
public final class Interruption: @unchecked Sendable {
  // The C side keeps the flags as atomics; the state itself is touched only by the thread that runs it.
  let control: OpaquePointer

  init() { control = clua_control_create() }

  deinit { clua_control_free(control) }

  /// Asks the script to stop; safe in signal handlers and from any thread. Stays set until an error of kind
  /// `interrupted` has come out of the outermost call, or until `withdraw`.
  public func request() { clua_interrupt(control) }

  /// Whether a stop was asked for and has not come out yet.
  public var isRequested: Bool { clua_conditions(control) & Int32(CLUA_INTERRUPT) != 0 }

  /// Takes a request back.
  public func withdraw() { clua_clear_condition(control, Int32(CLUA_INTERRUPT)) }

  /// Makes Ctrl-C (SIGINT) request a stop; a second one while the first is pending ends the process.
  public func catchControlC() { clua_catch_sigint(control) }

  /// Instead of ending the process, a second Ctrl-C waits for the script to stop, and then starts the program anew with
  /// these arguments: for loops in Lua's own C functions (patterns, `string.rep`), which nothing else stops.
  public static func restartWhenStuck(afterMilliseconds milliseconds: Int, arguments: [String]) {
    // Kept for good: a signal handler reads them.
    let list = UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>.allocate(capacity: arguments.count + 1)
    for (place, argument) in arguments.enumerated() { list[place] = strdup(argument) }
    list[arguments.count] = nil
    clua_restart_when_stuck(Int32(clamping: milliseconds), list)
  }

  /// Gives Ctrl-C its usual meaning back.
  public static func releaseControlC() { clua_catch_sigint(nil) }
}

extension LuaHost {
  /// Asks the running script to stop; see `Interruption.request`.
  public func interrupt() { interruption.request() }
}
