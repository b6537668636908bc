/// What could stand at the cursor.
public struct Completions: Sendable {
  public struct Item: Sendable, Equatable {
    /// What is inserted.
    public let text: String
    /// What is shown behind it: a signature, a kind.
    public let detail: String

    public init(_ text: String, _ detail: String = "") { (self.text, self.detail) = (text, detail) }
  }

  /// How many characters before the cursor an item replaces.
  public var replaces: Int
  public var items: [Item]
  /// Shown above the items: the signature of the call around the cursor.
  public var note: String?

  public init(replaces: Int = 0, items: [Item] = [], note: String? = nil) {
    (self.replaces, self.items, self.note) = (replaces, items, note)
  }

  /// The longest beginning that all items share.
  public var commonPrefix: String {
    guard var common = items.first?.text else { return "" }
    for item in items.dropFirst() { common = common.commonPrefix(with: item.text) }
    return common
  }
}

extension String {
  fileprivate func commonPrefix(with other: String) -> String {
    String(zip(self, other).prefix { $0 == $1 }.map(\.0))
  }
}
