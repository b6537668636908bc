import Basics
import Bindings
import Glibc
import LuaHost

/// A host with the whole library and a session: what every command runs scripts in.
public final class ScriptHost {
  public let host: LuaHost
  public let lab: Lab
  public let session: Session
  /// The file that it runs.
  public var file: RecipeFile { session.file }

  public init(file: RecipeFile, options: RunOptions) throws {
    host = try LuaHost(seed: 0)
    lab = try Lab(in: host)
    session = try Session(lab, in: host, file: file, options: options)
    host.moduleFolder = file.folder
    if options.isSilent {
      host.output = { _ in }
    } else if options.printsToStandardError {
      host.output = { StandardError.write($0) }
      host.flushesEachLine = isatty(2) != 0
    }
    try session.reseed(0)
  }

  deinit { host.close() }

  /// Runs the file and decides its claims.
  ///
  /// - Throws: `ScriptError`.
  public func run() throws -> Outcome {
    let clock = Clock()
    do {
      try host.run(source: session.file.source, name: session.file.name)
    } catch {
      session.progress.clear()
      host.flushOutput()
      throw ScriptError(failure: Self.failure(error), traceback: host.lastTraceback)
    }
    session.progress.clear()
    do {
      let outcome = try session.concluded(seconds: clock.seconds)
      host.flushOutput()
      return outcome
    } catch {
      host.flushOutput()
      throw ScriptError(failure: Self.failure(error), traceback: host.lastTraceback)
    }
  }

  private static func failure(_ error: any Error) -> Failure {
    error as? Failure ?? Failure(.script, String(describing: error))
  }
}

/// Time that never goes back, for durations that people read.
public struct Clock {
  private let start = Clock.now

  public init() {}

  private static var now: Double {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }

  public var seconds: Double { Self.now - start }
}

/// Text for people beside the results.
public enum StandardError {
  public static func write(_ text: String) {
    var text = text
    text.withUTF8 { write($0) }
  }

  public static func write(_ bytes: UnsafeBufferPointer<UInt8>) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let piece = UnsafeBufferPointer(rebasing: rest)
      let count = Glibc.write(2, piece.baseAddress, piece.count)
      if count < 0 && errno == EINTR { continue }
      if count <= 0 { return }
      rest = rest.dropFirst(count)
    }
  }

  public static var isTerminal: Bool { isatty(2) != 0 }
}
