package doni.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import doni.client.JsonValue;
import java.io.File;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * {@code doni bake --image} with images that sfdisk and mkfs.vfat made, read by mtools. Where they
 * are missing, only the refusals are tested, unless {@code DONI_TEST_DISK_TOOLS} is {@code
 * required}.
 */
class BakeImageTests {

  private static final String BAKED =
      "{\"uuid\":\"u1\",\"hostname\":\"pi\",\"userId\":null,\"deviceApiKey\":\"k3y\"}";
  private static final List<String> TOOLS = List.of("sfdisk", "mkfs.vfat", "mcopy", "mtype");
  private static final int MEBIBYTE = 1024 * 1024;

  /** Where the boot partition of the images begins. */
  private static final int OFFSET = 8 * MEBIBYTE;

  @TempDir private Path directory;

  private final FakeService service;

  BakeImageTests() throws IOException {
    service = new FakeService();
    service.answer(BAKED);
    service.environment("PATH", System.getenv("PATH") + File.pathSeparator + "/usr/sbin");
  }

  @BeforeEach
  void requireTools() {
    if ("required".equals(System.getenv("DONI_TEST_DISK_TOOLS"))) {
      assertThat(missingTools()).isEmpty();
    }
  }

  @AfterEach
  void stop() {
    service.close();
  }

  @ParameterizedTest
  @CsvSource({"dos, resin-boot, 16", "gpt, flash-boot, 16", "gpt, resin-boot, 32"})
  void writesTheBootPartition(String table, String label, int fat) throws Exception {
    Path image = image(table, label, fat);
    write(image, "{\"deviceType\": \"raspberrypi5\", \"apiKey\": \"provisioning\"}");
    byte[] before = Files.readAllBytes(image);

    FakeService.Ended ended = bake(image, "--boot-target-device", "nvme0n1");

    assertThat(ended.code()).as(ended.err()).isZero();
    assertThat(ended.out()).isEqualTo("pi baked: config.json of " + image + "\n");
    assertThat(config(image))
        .isEqualTo(
            JsonValue.parse(
                "{\"deviceType\": \"raspberrypi5\", \"uuid\": \"u1\", \"hostname\": \"pi\","
                    + " \"userId\": null, \"deviceApiKey\": \"k3y\","
                    + " \"installer\": {\"boot_target_devices\": \"nvme0n1\"}}"));
    byte[] after = Files.readAllBytes(image);
    assertThat(after).hasSameSizeAs(before);
    assertThat(Arrays.copyOf(after, OFFSET)).isEqualTo(Arrays.copyOf(before, OFFSET));
    int end = OFFSET + bootBytes(fat);
    assertThat(Arrays.copyOfRange(after, end, after.length))
        .isEqualTo(Arrays.copyOfRange(before, end, before.length));
  }

  @Test
  void createsTheFileOfAnImageWithoutOne() throws Exception {
    Path image = image("dos", "resin-boot", 16);

    assertThat(bake(image).code()).isZero();

    assertThat(config(image)).isEqualTo(JsonValue.parse(BAKED));
  }

  @Test
  void doesNotReplaceTheFileOfAnotherDevice() throws Exception {
    Path image = image("dos", "resin-boot", 16);
    write(image, "{\"uuid\": \"u2\"}");

    FakeService.Ended refused = bake(image);

    assertThat(refused.code()).isEqualTo(1);
    assertThat(refused.err())
        .isEqualTo(
            "doni bake: config.json of %s is the one of the device u2; use another image, or replace it with --force\n"
                .formatted(image));
    assertThat(config(image)).isEqualTo(JsonValue.parse("{\"uuid\": \"u2\"}"));
    assertThat(bake(image, "--force").code()).isZero();
    assertThat(config(image).path("uuid").text()).isEqualTo("u1");
  }

  @Test
  void saysWhyTheBootPartitionCannotBeWritten() throws Exception {
    Path image = image("dos", "resin-boot", 16);
    write(image, "{}");
    fill(image);
    service.forget().answer(BAKED.replace("k3y", "k".repeat(500_000)));

    FakeService.Ended refused = bake(image);

    assertThat(refused.code()).isEqualTo(1);
    assertThat(refused.err())
        .contains("is incomplete, because the boot partition is full or damaged; unpack the image")
        .doesNotContain("kkk");
  }

  @Test
  void saysThatMtoolsFail() throws Exception {
    Path image = image("dos", "resin-boot", 16);
    try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
      // The sizes of sectors and clusters, which the label in the same sector survives.
      file.seek(OFFSET + 0x0B);
      file.write(new byte[8]);
    }

    FakeService.Ended refused = bake(image);

    assertThat(refused.code()).isEqualTo(1);
    assertThat(refused.err()).contains("mdir cannot use the boot partition", "image is intact");
  }

  @Test
  void needsABootPartition() throws Exception {
    Path image = image("gpt", "rootfs", 16);

    FakeService.Ended refused = bake(image);

    assertThat(refused.code()).isEqualTo(1);
    assertThat(refused.err()).contains("has no boot partition of balenaOS", "download the image");
    assertThat(service.requests()).isEmpty();
  }

  @Test
  void needsTheImageOfADisk() throws IOException {
    mtools();
    Path compressed =
        Files.writeString(directory.resolve("balena.img.zip"), "PK" + "x".repeat(2048));

    FakeService.Ended refused = bake(compressed);

    assertThat(refused.code()).isEqualTo(1);
    assertThat(refused.err()).contains("is not the image of a disk; unpack it first");
    assertThat(bake(directory.resolve("none.img")).err()).contains("none.img cannot be read");
    assertThat(service.requests()).isEmpty();
  }

  @Test
  void needsMtools() {
    service.environment("PATH", directory.toString());

    FakeService.Ended refused = bake(directory.resolve("balena.img"));

    assertThat(refused.code()).isEqualTo(1);
    assertThat(refused.err()).contains("--image needs mtools", "install the package mtools");
    assertThat(service.requests()).isEmpty();
  }

  @Test
  void writesToOnePlaceOnly() {
    FakeService.Ended refused = bake(directory.resolve("balena.img"), "--output", ".");

    assertThat(refused.code()).isEqualTo(2);
    assertThat(refused.err()).contains("--image and --output cannot both be given");
  }

  private FakeService.Ended bake(Path image, String... options) {
    return service.run(
        Stream.concat(Stream.of("bake", "pi", "--image", image.toString()), Stream.of(options))
            .toArray(String[]::new));
  }

  /** Lets the search for mtools succeed where they are not installed. */
  private void mtools() throws IOException {
    Path program = Files.createFile(directory.resolve("mcopy"));
    assertThat(program.toFile().setExecutable(true)).isTrue();
    service.environment("PATH", directory.toString());
  }

  /** Makes an image of two partitions, of which the second is the boot partition. */
  private Path image(String table, String label, int fat) throws Exception {
    assumeThat(missingTools()).as("programs that make and read an image").isEmpty();
    Path image = directory.resolve("balena.img");
    int sectors = bootBytes(fat) / 512;
    try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
      file.setLength(OFFSET + bootBytes(fat) + 4L * MEBIBYTE);
    }
    run(
        "label: %s%nstart=2048,size=4096%nstart=%d,size=%d%n"
            .formatted(table, OFFSET / 512, sectors),
        "sfdisk",
        "--quiet",
        image.toString());
    run(
        "",
        "mkfs.vfat",
        "-F",
        Integer.toString(fat),
        "-n",
        label,
        "--offset",
        Integer.toString(OFFSET / 512),
        image.toString(),
        Integer.toString(sectors / 2));
    return image;
  }

  private static int bootBytes(int fat) {
    return (fat == 32 ? 40 : 20) * MEBIBYTE;
  }

  private void write(Path image, String config) throws Exception {
    run(config, "mcopy", "-i", image + "@@" + OFFSET, "-", "::config.json");
  }

  /** Leaves less than 200 kB of the boot partition free. */
  private void fill(Path image) throws Exception {
    Path file = directory.resolve("kernel.img");
    try (RandomAccessFile kernel = new RandomAccessFile(file.toFile(), "rw")) {
      kernel.setLength(bootBytes(16) - 200_000L);
    }
    run("", "mcopy", "-i", image + "@@" + OFFSET, file.toString(), "::kernel.img");
  }

  private static JsonValue config(Path image) throws Exception {
    return JsonValue.parse(run("", "mtype", "-i", image + "@@" + OFFSET, "::config.json"));
  }

  private static List<String> missingTools() {
    return TOOLS.stream()
        .filter(tool ->
            Stream.of((System.getenv("PATH") + ":/usr/sbin").split(":"))
                .noneMatch(folder -> Files.isExecutable(Path.of(folder, tool))))
        .toList();
  }

  private static String run(String input, String... command) throws Exception {
    List<String> words =
        new ArrayList<>(List.of("env", "PATH=" + System.getenv("PATH") + ":/usr/sbin"));
    words.addAll(List.of(command));
    Process process = new ProcessBuilder(words).redirectErrorStream(true).start();
    process.outputWriter(StandardCharsets.UTF_8).append(input).close();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(out).isZero();
    return out;
  }
}
