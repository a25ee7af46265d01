internal import CMPI

/// A number that travels between ranks as it lies in memory.
///
/// Only `Float`, `Double`, `Int32`, `Int64` and `UInt8` conform; structured messages are encoded
/// to bytes.
public protocol MPIScalar: BitwiseCopyable, Sendable {
  static var scalarKind: MPIScalarKind { get }
}

/// The closed list behind `MPIScalar`.
public enum MPIScalarKind: Sendable {
  case float32, float64, int32, int64, uint8

  var datatype: MPI_Datatype {
    switch self {
    case .float32: cmpi_float()
    case .float64: cmpi_double()
    case .int32: cmpi_int32()
    case .int64: cmpi_int64()
    case .uint8: cmpi_uint8()
    }
  }
}

extension Float: MPIScalar {
  public static var scalarKind: MPIScalarKind { .float32 }
}
extension Double: MPIScalar {
  public static var scalarKind: MPIScalarKind { .float64 }
}
extension Int32: MPIScalar {
  public static var scalarKind: MPIScalarKind { .int32 }
}
extension Int64: MPIScalar {
  public static var scalarKind: MPIScalarKind { .int64 }
}
extension UInt8: MPIScalar {
  public static var scalarKind: MPIScalarKind { .uint8 }
}

/// How a reduction combines the ranks' values, element by element (MPI 4.0, section 6.9.2).
///
/// The order in which a sum is taken belongs to the library and changes with the rank count:
/// results that must not depend on it use a fixed tree over shards instead.
public enum Reduction: Sendable, CaseIterable {
  case sum, product, minimum, maximum

  var operation: MPI_Op {
    switch self {
    case .sum: cmpi_sum()
    case .product: cmpi_product()
    case .minimum: cmpi_minimum()
    case .maximum: cmpi_maximum()
    }
  }
}
