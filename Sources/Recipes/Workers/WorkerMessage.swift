import Basics
import Glibc

/// What a worker tells its parent: JSON behind its length in four bytes (little-endian).
enum WorkerMessage {
  case step(Double, [(name: String, value: Double)])
  case printed(String)
  case finished(Trial)
  /// The finished trial cannot be kept, for this reason.
  case notKept(String)
  /// The trial function raised an error; with the lines that led to it if it came out of the script.
  case raised(Failure, traceback: [String]?)

  var json: JSON {
    switch self {
    case .step(let step, let values):
      .record(
        ("step", .exact(step)),
        ("values", .object(values.map { JSON.Member(name: $0.name, value: .exact($0.value)) })))
    case .printed(let text): .record(("printed", .text(text)))
    case .notKept(let reason): .record(("not_kept", .text(reason)))
    case .finished(let trial): .record(("finished", trial.exactJSON))
    case .raised(let failure, let traceback):
      .record(
        ("raised", .text(failure.message)), ("kind", .text(failure.kind.rawValue)),
        ("traceback", traceback.map { .list($0.map { .text($0) }) } ?? .null))
    }
  }

  init(_ json: JSON) throws {
    if let step = json["step"] {
      let values = try Required(json: json).members("values").map { ($0.name, try Required.number($0.value)) }
      self = .step(try Required.number(step), values)
    } else if let text = json["printed"]?.string {
      self = .printed(text)
    } else if let reason = json["not_kept"]?.string {
      self = .notKept(reason)
    } else if let trial = json["finished"] {
      self = .finished(try Trial(exact: trial))
    } else {
      let message = Required(json: json)
      let kind = Failure.Kind(rawValue: try message.text("kind")) ?? .script
      self = .raised(
        Failure(kind, try message.text("raised")), traceback: json["traceback"]?.list?.compactMap(\.string))
    }
  }

  /// Writes the message as a whole; gives up when nobody reads any more.
  func send(to file: Int32) {
    let text = Array(json.compact.utf8)
    var bytes = withUnsafeBytes(of: UInt32(text.count).littleEndian) { Array($0) } + text
    while !bytes.isEmpty {
      let count = bytes.withUnsafeBytes { Glibc.write(file, $0.baseAddress, $0.count) }
      if count < 0 && errno == EINTR { continue }
      if count <= 0 { return }
      bytes.removeFirst(count)
    }
  }

  /// Takes the complete messages off the front of what was received.
  static func take(from bytes: inout [UInt8]) throws -> [WorkerMessage] {
    var messages: [WorkerMessage] = []
    var place = 0
    while bytes.count - place >= 4 {
      let length = (0..<4).reduce(0) { $0 | Int(bytes[place + $1]) << (8 * $1) }
      guard bytes.count - place - 4 >= length else { break }
      messages.append(try WorkerMessage(JSON(parsing: Array(bytes[(place + 4)..<(place + 4 + length)]))))
      place += 4 + length
    }
    if place > 0 { bytes.removeFirst(place) }
    return messages
  }
}
