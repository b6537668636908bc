import Recipes

/// Numbers as the prompt writes them.
enum ReplText {
  static func bytes(_ count: Int) -> String {
    if count < 1024 { return "\(count) B" }
    let (value, unit) =
      count < 1 << 20
      ? (Double(count) / 1024, "KB")
      : count < 1 << 30
        ? (Double(count) / 1_048_576, "MB") : (Double(count) / 1_073_741_824, "GB")
    return NumberText.fixed(value, digits: 1) + " " + unit
  }

  static func time(_ seconds: Double) -> String {
    if seconds < 1e-3 { return NumberText.fixed(seconds * 1e6, digits: 1) + " us" }
    if seconds < 1 { return NumberText.fixed(seconds * 1e3, digits: 2) + " ms" }
    return NumberText.fixed(seconds, digits: 2) + " s"
  }
}
