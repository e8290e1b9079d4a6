package dev.weft.install;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import org.jspecify.annotations.Nullable;

/** Why Weft cannot be installed or removed: one sentence that names the path and what to do. */
public final class InstallException extends RuntimeException {
  private static final long serialVersionUID = 1;

  InstallException(String sentence) {
    this(sentence, null);
  }

  private InstallException(String sentence, @Nullable Throwable cause) {
    super(sentence, cause);
  }

  static InstallException of(IOException failure) {
    return new InstallException(sentence(failure), failure);
  }

  private static String sentence(IOException failure) {
    if (!(failure instanceof FileSystemException refusal)) {
      return "files cannot be read or written: " + failure.getMessage();
    }
    String what = refusal.getFile() + " cannot be read or written: ";
    return switch (refusal) {
      case AccessDeniedException e -> what + "permission denied; run this as root";
      case NoSuchFileException e -> what + "no such file or directory";
      case FileAlreadyExistsException e -> what + "something else has this name; move it away";
      case DirectoryNotEmptyException e -> what + "something was put into it just now";
      default -> what + refusal.getReason() + remedy(String.valueOf(refusal.getReason()));
    };
  }

  private static String remedy(String reason) {
    if (reason.contains("No space") || reason.contains("quota")) {
      return "; make room there and run this again";
    }
    if (reason.contains("Read-only")) {
      return "; make it writable, or choose another directory";
    }
    if (reason.contains("not permitted")) {
      return "; run this as root";
    }
    return "";
  }
}
