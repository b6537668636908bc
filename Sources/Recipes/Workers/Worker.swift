import Basics
import CProcess
import Glibc
import Kernels

/// A process that runs one trial: a copy of this one, made when it has reached `lab.trials`.
///
/// So every trial begins with exactly the state that the code above left, whatever other trials do, and nothing above has
/// to run again. The copy dies with its parent.
final class Worker {
  /// Its place among the trials to be run.
  let job: Int
  let process: pid_t
  let pipe: Int32
  private let clock = Clock()
  private var received: [UInt8] = []
  private(set) var isOpen = true
  /// The message that ended the trial, once it has come.
  private(set) var last: WorkerMessage?
  /// Why its trial could not be kept.
  private(set) var notKept: String?
  /// Why it was ended from outside.
  private(set) var reason: String?
  /// What it reported last.
  private(set) var step: (step: Double, values: [(name: String, value: Double)], seconds: Double)?

  /// Makes the process and runs the body in it; the body gets the pipe to write to and must not return.
  ///
  /// - Throws: `Failure` when the system has no room for another process.
  init(job: Int, closing others: [Worker], _ body: (Int32) -> Never) throws {
    var ends: [Int32] = [0, 0]
    guard Glibc.pipe(&ends) == 0 else { throw Self.failure() }
    Parallel.settle()
    let process = cprocess_fork()
    if process == 0 {
      close(ends[0])
      for other in others { close(other.pipe) }
      body(ends[1])
    }
    let code = errno
    close(ends[1])
    guard process > 0 else {
      close(ends[0])
      errno = code
      throw Self.failure()
    }
    self.job = job
    self.process = process
    pipe = ends[0]
  }

  private static func failure() -> Failure {
    Failure(.memory, "no process can be made for a trial: \(String(cString: strerror(errno)))")
  }

  var seconds: Double { clock.seconds }

  /// Reads what has come; what is not the end of the trial is handed on.
  func receive(_ text: (String) -> Void) throws {
    var piece = [UInt8](repeating: 0, count: 1 << 16)
    let count = read(pipe, &piece, piece.count)
    if count < 0 && errno == EINTR { return }
    guard count > 0 else {
      isOpen = false
      return
    }
    received += piece[..<count]
    for message in try WorkerMessage.take(from: &received) {
      switch message {
      case .step(let step, let values): self.step = (step, values, clock.seconds)
      case .printed(let printed): text(printed)
      case .notKept(let reason): notKept = reason
      case .finished, .raised: last = message
      }
    }
  }

  /// Ends the process if it has gone over a limit.
  func enforce(_ limits: WorkerLimits) {
    guard reason == nil, last == nil else { return }
    if let most = limits.seconds, seconds > most {
      end("ran longer than \(NumberText.duration(seconds: most)) (--max-time)")
    } else if let most = limits.memory, let bytes = Self.memory(process), bytes > most {
      end("used more than \(ByteCount(most)) of memory (--max-memory)")
    }
  }

  /// Kills the process; `reap` must follow.
  func end(_ reason: String) {
    self.reason = self.reason ?? reason
    kill(process, SIGKILL)
  }

  /// Waits for the end of the process and tells how it ended, if not with a message.
  func reap() -> String {
    var status: Int32 = 0
    while waitpid(process, &status, 0) < 0 && errno == EINTR {}
    close(pipe)
    if let reason { return reason }
    let signal = status & 0x7F
    guard signal != 0 else { return "ended by itself with code \((status >> 8) & 0xFF)" }
    let name = strsignal(signal).map { String(cString: $0) } ?? "unknown"
    return signal == SIGKILL || signal == SIGTERM
      ? "was killed by signal \(signal) (\(name))" : "crashed with signal \(signal) (\(name))"
  }

  /// Bytes that a process holds in memory, shared ones included.
  private static func memory(_ process: pid_t) -> Int? {
    let file = open("/proc/\(process)/statm", O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { return nil }
    defer { close(file) }
    var bytes = [UInt8](repeating: 0, count: 200)
    let count = read(file, &bytes, bytes.count)
    guard count > 0 else { return nil }
    let fields = String(decoding: bytes[..<count], as: UTF8.self).split(separator: " ")
    return fields.count > 1 ? Int(fields[1]).map { $0 * sysconf(Int32(_SC_PAGESIZE)) } : nil
  }
}

/// What a trial may use.
public struct WorkerLimits: Sendable {
  /// Bytes of memory.
  public var memory: Int?
  /// Seconds.
  public var seconds: Double?

  public init(memory: Int? = nil, seconds: Double? = nil) {
    self.memory = memory
    self.seconds = seconds
  }
}
