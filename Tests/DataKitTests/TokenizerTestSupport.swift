import Tensors

/// An int64 vector.
func tensor(_ ids: [Int64]) throws -> Tensor { try Tensor.from(ids, shape: [ids.count]) }
