import Basics
import Kernels

/// What an operation leaves behind for the gradient; made and read by Autodiff.
open class History {
  public init() {}
}

/// Numbers of one type in a shape: a view of a block of memory, which it owns alone or shares with other views.
///
/// The class has identity because gradients flow to it; its shape never changes. Tensors belong to the thread that runs
/// the script.
public final class Tensor: @unchecked Sendable {
  private let block: Block
  /// The block's owner once more than one tensor looks at it; until then this tensor is.
  @exclusivity(unchecked) private var shared: Storage?
  @exclusivity(unchecked) private var ownVersion: UInt32 = 0
  public let shape: Shape
  /// In elements; 0 repeats, negative does not occur.
  public let strides: Shape
  /// Where the first element stands in the storage, in elements.
  public let offset: Int
  public let dtype: DType
  /// Whether elements stand one after another in row-major order.
  public let isContiguous: Bool
  /// The number of elements.
  public let count: Int

  /// The operation that made this tensor, when a gradient may flow through it.
  @exclusivity(unchecked) public var history: History?
  /// Which of the operation's results this is.
  @exclusivity(unchecked) public var historyIndex = 0
  @exclusivity(unchecked) private var wantsGradient = false
  /// Whether a gradient is wanted for this tensor (a leaf) or flows through it.
  public var requiresGradient: Bool {
    get { wantsGradient }
    set { wantsGradient = newValue }
  }
  /// The accumulated gradient of a leaf.
  @exclusivity(unchecked) public var gradient: Tensor?

  /// A view; the caller vouches that it stays inside the storage.
  @inline(__always)
  public init(storage: Storage, shape: Shape, strides: Shape, offset: Int, dtype: DType) {
    block = storage.block
    shared = storage
    self.shape = shape
    self.strides = strides
    self.offset = offset
    self.dtype = dtype
    count = shape.elementCount
    var contiguous = true
    var step = 1
    for d in Swift.stride(from: shape.rank - 1, through: 0, by: -1) where shape[d] != 1 {
      if strides[d] != step { contiguous = false }
      step &*= shape[d]
    }
    isContiguous = contiguous || count == 0
  }

  /// A new tensor whose elements are not set yet.
  @inline(__always)
  public init(uninitialized shape: Shape, _ dtype: DType) throws {
    count = shape.elementCount
    block = try Block(byteCount: count &* dtype.stride)
    self.shape = shape
    strides = shape.contiguousStrides
    offset = 0
    self.dtype = dtype
    isContiguous = true
  }

  /// A new tensor with the shape of a contiguous one, whose elements are not set yet: nothing is computed anew, which
  /// is what makes operations on few elements fast.
  @inline(__always)
  init(uninitializedLike other: Tensor, _ dtype: DType) throws {
    block = try Block(byteCount: other.count &* dtype.stride)
    shape = other.shape
    strides = other.strides
    offset = 0
    self.dtype = dtype
    count = other.count
    isContiguous = true
  }

  deinit { if shared == nil { block.release() } }

  /// What views of this tensor share with it.
  public var storage: Storage {
    if let shared { return shared }
    let storage = Storage(adopting: block, version: ownVersion)
    shared = storage
    return storage
  }

  /// Whether changing one of the two in place may change the other.
  public func sharesMemory(with other: Tensor) -> Bool { block.pointer == other.block.pointer }

  /// The block of memory that this tensor looks at, as an identity.
  public var memory: UnsafeRawPointer { UnsafeRawPointer(block.pointer) }

  /// Whether this tensor is the only one that looks at its memory.
  public var ownsMemoryAlone: Bool { shared == nil || isKnownUniquelyReferenced(&shared) }

  /// Whether no two positions show the same element, as those of an expanded tensor or of overlapping windows do.
  public var showsElementsOnce: Bool {
    let dims = shape.indices.filter { shape[$0] > 1 }.sorted { strides[$0] < strides[$1] }
    var extent = 1
    for d in dims {
      if strides[d] < extent { return false }
      extent = strides[d] * shape[d]
    }
    return true
  }

  /// How often the memory was changed in place, so that a gradient which needs the old values notices.
  public var version: UInt32 { shared?.version ?? ownVersion }

  /// Must be called before the memory is changed in place: who waits with reading it reads it now.
  ///
  /// - Throws: when that fails; the memory must stay as it is then.
  @inline(__always)
  public func willChange() throws { try Storage.beforeChange?(self) }

  /// Notes that the memory was changed in place.
  public func noteChange() {
    if let shared { shared.version &+= 1 } else { ownVersion &+= 1 }
  }

  /// The first element's place, whatever its type.
  public var start: UnsafeMutableRawPointer { block.pointer + offset * dtype.stride }

  @inline(__always) public var rank: Int { shape.rank }
  /// Bytes of the elements (not of the storage behind a view).
  public var byteCount: Int { count * dtype.stride }

  /// The first element's place. Valid as long as the tensor lives.
  @inline(__always)
  public func pointer<T>(as type: T.Type) -> UnsafeMutablePointer<T> {
    block.pointer.assumingMemoryBound(to: T.self) + offset
  }

  @inline(__always) public var floats: UnsafeMutablePointer<Float> { pointer(as: Float.self) }
  @inline(__always) public var doubles: UnsafeMutablePointer<Double> { pointer(as: Double.self) }
  @inline(__always) public var integers: UnsafeMutablePointer<Int64> { pointer(as: Int64.self) }
  @inline(__always) public var bytes: UnsafeMutablePointer<UInt8> { pointer(as: UInt8.self) }
}
