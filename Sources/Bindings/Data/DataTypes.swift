import Basics
import DataKit
import LuaHost
import Tensors

/// A data set, a value in Swift, as an object that scripts hold. A batch is one, too, with notes on where it comes from.
///
/// Scripts see the columns' own memory, since copies of whole data sets would be dear; a column that was changed in place
/// is noticed by its version and refused from then on. The rows of a batch are its own and may be changed.
public final class DatasetBox {
  /// What a batch knows of itself.
  struct Notes {
    let step: Int
    var epoch: Int?
    /// Ids of the rows in their data set.
    let ids: [Int]
    /// For mixtures, which data set each row is from.
    var sources: [Int]?
  }

  let notes: Notes?
  private let dataset: Dataset
  private let versions: [UInt32]
  private var tensors: [String: Tensor] = [:]

  init(_ dataset: Dataset, notes: Notes? = nil) {
    self.dataset = dataset
    self.notes = notes
    versions = notes == nil ? Self.versions(dataset) : []
  }

  private static func versions(_ dataset: Dataset) -> [UInt32] {
    dataset.columns.map { column in
      if case .tensor(let tensor) = column.values { tensor.version } else { 0 }
    }
  }

  /// Tells contents apart; computed once.
  public func fingerprint() throws -> String {
    if let fingerprintMade { return fingerprintMade }
    let made = try value().fingerprint()
    fingerprintMade = made
    return made
  }

  private var fingerprintMade: String?

  /// The columns, which still are what they were.
  public func value() throws -> Dataset {
    if notes != nil { return dataset }
    for (column, version) in zip(dataset.columns, versions) {
      if case .tensor(let tensor) = column.values, tensor.version != version {
        throw Failure(
          .argument,
          "column '\(column.name)' was changed in place, but data sets do not change; change a copy, set.\(column.name):clone()"
        )
      }
    }
    return dataset
  }

  /// The tensor of a column: the same object each time, so that `requires_grad_` on it is remembered.
  func tensor(_ name: String) throws -> Tensor {
    let dataset = try value()
    if let known = tensors[name] { return known }
    let made = try dataset.tensor(name).detached()
    tensors[name] = made
    return made
  }
}

/// An order of presentation together with the data that it is of.
public final class OrderingBox {
  public let data: DatasetBox
  public let ordering: Ordering

  init(_ data: DatasetBox, _ ordering: Ordering) {
    self.data = data
    self.ordering = ordering
  }
}

/// A pacing, a value in Swift, as an object that scripts hold.
public final class PaceBox {
  public let pacing: Pacing
  init(_ pacing: Pacing) { self.pacing = pacing }
}

/// A fitted standardizer, a value in Swift, as an object that scripts hold.
final class StandardizerBox {
  let standardizer: Standardizer
  init(_ standardizer: Standardizer) { self.standardizer = standardizer }
}

/// The types of data that scripts hold.
public final class DataTypes {
  public let datasets: HostType<DatasetBox>
  public let orderings: HostType<OrderingBox>
  public let paces: HostType<PaceBox>
  let rows: HostType<RowBox>
  let batches: HostType<BatchIterator>
  let mixtures: HostType<MixtureRecipe>
  let streams: HostType<StreamRecipe>
  let standardizers: HostType<StandardizerBox>
  let facts: HostType<FactsBox>
  /// Names of Dataset's methods: columns with such names are read by `set:column(name)`.
  var datasetMethods: [String] = []

  init(in host: LuaHost) throws {
    datasets = try HostType("Dataset", in: host)
    orderings = try HostType("Ordering", in: host)
    paces = try HostType("Pace", in: host)
    rows = try HostType("Row", in: host)
    batches = try HostType("Batches", in: host)
    mixtures = try HostType("Mixture", in: host)
    streams = try HostType("Stream", in: host)
    standardizers = try HostType("Standardizer", in: host)
    facts = try HostType("Facts", in: host)
  }
}
