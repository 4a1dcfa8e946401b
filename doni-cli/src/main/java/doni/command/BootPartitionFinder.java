package doni.command;

import doni.client.CommandFailedException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Finds the boot partition of balenaOS in the image of a disk, by the label of its FAT file system.
 * The partition table is a GPT or the primary partitions of an MBR.
 */
final class BootPartitionFinder {

  /** Of an image that runs from its disk, and of one that installs another disk. */
  private static final Set<String> LABELS = Set.of("resin-boot", "flash-boot");

  private static final int SECTOR = 512;
  private static final int SIGNATURE = 0xAA55;
  private static final int PROTECTIVE = 0xEE;
  private static final int GPT_HEADER_BYTES = 92;
  private static final byte[] GPT_MAGIC = "EFI PART".getBytes(StandardCharsets.US_ASCII);
  private static final int MOST_PARTITIONS = 128;
  private static final int LABEL_BYTES = 11;

  /** Where FAT12 and FAT16, and FAT32, have the label in their boot sector. */
  private static final List<Integer> LABEL_OFFSETS = List.of(0x2B, 0x47);

  private BootPartitionFinder() {}

  /**
   * Returns where the boot partition begins, in bytes.
   *
   * @throws CommandFailedException if the file is not the image of a disk with such a partition
   */
  static long offset(Path image) {
    try (FileChannel file = FileChannel.open(image, StandardOpenOption.READ)) {
      ByteBuffer first = read(file, 0, SECTOR);
      if (!isSigned(first)) {
        throw new CommandFailedException(
            image + " is not the image of a disk; unpack it first if it is compressed", false);
      }
      for (long start : partitions(file, first)) {
        if (isBootPartition(file, start)) {
          return start;
        }
      }
    } catch (IOException e) {
      throw new CommandFailedException(
          image + " cannot be read; name the image file of balenaOS", false);
    }
    throw new CommandFailedException(
        image
            + " has no boot partition of balenaOS (resin-boot or flash-boot); download the image of"
            + " your machine type",
        false);
  }

  private static List<Long> partitions(FileChannel file, ByteBuffer mbr) throws IOException {
    List<Long> starts = new ArrayList<>();
    for (int entry = 0x1BE; entry < 0x1FE; entry += 16) {
      int type = Byte.toUnsignedInt(mbr.get(entry + 4));
      if (type == PROTECTIVE) {
        return gptPartitions(file);
      }
      long start = Integer.toUnsignedLong(mbr.getInt(entry + 8));
      if (type != 0 && start != 0) {
        starts.add(start * SECTOR);
      }
    }
    return starts;
  }

  private static List<Long> gptPartitions(FileChannel file) throws IOException {
    ByteBuffer header = read(file, SECTOR, GPT_HEADER_BYTES);
    byte[] magic = new byte[GPT_MAGIC.length];
    header.get(0, magic);
    if (!Arrays.equals(magic, GPT_MAGIC)) {
      return List.of();
    }
    long table = header.getLong(72) * SECTOR;
    int count = Math.clamp(header.getInt(80), 0, MOST_PARTITIONS);
    int size = header.getInt(84);
    List<Long> starts = new ArrayList<>();
    for (int entry = 0; entry < count && size >= 128; entry++) {
      ByteBuffer partition = read(file, table + (long) entry * size, 40);
      boolean used = partition.getLong(0) != 0 || partition.getLong(8) != 0;
      if (used && partition.getLong(32) > 0) {
        starts.add(partition.getLong(32) * SECTOR);
      }
    }
    return starts;
  }

  private static boolean isBootPartition(FileChannel file, long start) throws IOException {
    ByteBuffer boot = read(file, start, SECTOR);
    return isSigned(boot)
        && LABEL_OFFSETS.stream().map(offset -> label(boot, offset)).anyMatch(LABELS::contains);
  }

  private static String label(ByteBuffer boot, int offset) {
    byte[] label = new byte[LABEL_BYTES];
    boot.get(offset, label);
    return new String(label, StandardCharsets.US_ASCII).strip().toLowerCase(Locale.ROOT);
  }

  private static boolean isSigned(ByteBuffer sector) {
    return Short.toUnsignedInt(sector.getShort(SECTOR - 2)) == SIGNATURE;
  }

  /** Reads that many bytes; those behind the end of the file are zero. */
  private static ByteBuffer read(FileChannel file, long offset, int bytes) throws IOException {
    ByteBuffer content = ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    if (offset < 0) {
      return content;
    }
    while (content.hasRemaining() && file.read(content, offset + content.position()) > 0) {
      // Until it is complete.
    }
    return content;
  }
}
