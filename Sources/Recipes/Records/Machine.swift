import Foundation

/// The version of this program.
public enum HostVersion {
  public static let current = "0.1.0"
}

/// Facts about the machine that may stand in records: never names of users or hosts.
public enum Machine {
  /// The processor's model name.
  public static let processor = line("model name") ?? "unknown"

  /// Whether the processor has the instructions that the kernels are compiled for; true where the system does not tell.
  public static let hasVectorInstructions: Bool = {
    guard let flags = line("flags")?.split(separator: " ") else { return true }
    return ["avx2", "fma", "bmi2", "f16c"].allSatisfy { flags.contains(Substring($0)) }
  }()

  private static func line(_ name: String) -> String? {
    guard let data = FileManager.default.contents(atPath: "/proc/cpuinfo") else { return nil }
    for line in String(decoding: data, as: UTF8.self).split(separator: "\n") where line.hasPrefix(name) {
      guard let mark = line.firstIndex(of: ":") else { continue }
      return line[line.index(after: mark)...].trimmingCharacters(in: .whitespaces)
    }
    return nil
  }
}
