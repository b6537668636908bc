import Basics
import Glibc

/// All that determines what a trial brings, known before it runs.
struct TrialIdentity {
  /// Which call of `lab.trials` it belongs to, from 1.
  let call: Int
  let seed: Int
  let arm: String
  /// Source, parameters, files read above, program, numerics; each as a text that is compared.
  let facts: [(name: String, value: String)]

  /// 64 hexadecimal digits.
  var key: String {
    var digest = Digest()
    for text in ["trial 1", String(call), String(seed), arm] { digest.add(text) }
    for (name, value) in facts {
      digest.add(name)
      digest.add(value)
    }
    return digest.hexadecimal
  }

  /// The beginning of the names of all files that hold this trial, whatever determined it.
  var stem: String { "\(call)-\(seed)-" + (arm.isEmpty ? "" : SafeName.make(arm) + "-") }

  var factsJSON: JSON { .object(facts.map { JSON.Member(name: $0.name, value: .text($0.value)) }) }

  /// What differs from the facts of another trial, in words; `nil` when nothing does.
  func difference(from other: [JSON.Member]) -> (count: Int, text: String)? {
    let before = Dictionary(other.compactMap { member in member.value.string.map { (member.name, $0) } }) { $1 }
    var texts: [String] = []
    for (name, value) in facts where before[name] != value {
      if let parameter = name.split(separator: " ", maxSplits: 1).last, name.hasPrefix("parameter ") {
        texts.append(before[name].map { "\(parameter) was \($0)" } ?? "\(parameter) is new")
      } else {
        texts.append("\(name) changed")
      }
    }
    let names = Set(facts.map(\.name))
    texts += before.keys.filter { !names.contains($0) }.sorted().map { "\($0) is gone" }
    return texts.isEmpty ? nil : (texts.count, texts.joined(separator: ", "))
  }
}

/// Parts of paths made from any text.
enum SafeName {
  /// Lower-case letters, digits and single hyphens; at most 60.
  static func make(_ text: String, instead: String = "x") -> String {
    let letters = text.lowercased().unicodeScalars.map { scalar -> Character in
      scalar.isASCII && (scalar.properties.isAlphabetic || ("0"..."9").contains(scalar)) ? Character(scalar) : "-"
    }
    let parts = String(letters).split(separator: "-").joined(separator: "-")
    return parts.isEmpty ? instead : String(parts.prefix(60))
  }
}

/// This very program: a trial that another build made is not taken for one of this build.
enum ProgramIdentity {
  /// Version, and size and time of the executable.
  static let current: String = {
    var status = stat()
    guard stat("/proc/self/exe", &status) == 0 else { return HostVersion.current }
    return "\(HostVersion.current) (\(status.st_size)-\(status.st_mtim.tv_sec)-\(status.st_mtim.tv_nsec))"
  }()
}
