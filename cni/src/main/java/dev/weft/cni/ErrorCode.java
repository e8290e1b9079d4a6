package dev.weft.cni;

/** The error codes of the specification 1.1.0, section 5, and of the reference library. */
public enum ErrorCode {
  INCOMPATIBLE_VERSION(1),
  /** The message must hold key and value. */
  UNSUPPORTED_FIELD(2),
  /** The container is not known or does not exist: no DEL is needed. */
  UNKNOWN_CONTAINER(3),
  /** The message must hold the variables' names. */
  INVALID_ENVIRONMENT(4),
  IO_FAILURE(5),
  DECODING_FAILURE(6),
  INVALID_CONFIGURATION(7),
  /** The library's own: the network namespace cannot be used. */
  INVALID_NETNS(8),
  TRY_AGAIN_LATER(11),
  /** STATUS: no ADD can be served. */
  NOT_AVAILABLE(50),
  /** STATUS: and containers that are attached may have lost connectivity. */
  NOT_AVAILABLE_LIMITED(51),
  /** Weft's own: the address pool cannot serve the request. */
  ADDRESS_UNAVAILABLE(100),
  /** Weft's own: CHECK found something missing or wrong. */
  CHECK_FAILED(101),
  /** Weft's own: the kernel refused. */
  KERNEL_REFUSED(102),
  INTERNAL(999);

  private final int number;

  ErrorCode(int number) {
    this.number = number;
  }

  public int number() {
    return number;
  }
}
