/// The keys of one object, to find one that occurs twice: compared one by one while they are few, as in nearly all
/// objects, because hashing would cost more than reading them.
struct JSONKeys {
  private var few: [String] = []
  private var many: Set<ExactText> = []
  private static let limit = 16

  /// Adds a key; `false` when it was there.
  mutating func insert(_ key: String) -> Bool {
    if few.count < Self.limit {
      // What differs under Unicode's equivalence differs in bytes, and is compared faster.
      guard !few.contains(where: { $0 == key && ExactText($0) == ExactText(key) }) else { return false }
      few.append(key)
      return true
    }
    if many.isEmpty { many = Set(few.map(ExactText.init)) }
    return many.insert(ExactText(key)).inserted
  }
}
