/// A study shipped with the program.
public struct Preset: Sendable {
  /// `paper/experiment`, e.g. `collapse-or-thrive/gaussian`.
  public let name: String
  /// The study file, comments included: they give the paper, the figure and the expected numbers.
  public let text: String

  init(_ name: String, _ bytes: [UInt8]) {
    self.name = name
    text = String(decoding: bytes, as: UTF8.self)
  }

  /// The first comment line: what the study reproduces.
  public var summary: String {
    let line = text.split(separator: "\n").first { $0.hasPrefix("#") } ?? ""
    return String(line.drop { $0 == "#" || $0 == " " })
  }

  /// What the header says under a word, e.g. `Size`: how many chains, how much work and how long on
  /// one core; in one line. Empty where it does not say it.
  public func header(_ word: String) -> String {
    var found: [Substring] = []
    var isInside = false
    for line in text.split(separator: "\n").prefix(while: { $0.hasPrefix("#") }) {
      let content = line.dropFirst()
      if content.hasPrefix(" \(word):") {
        isInside = true
        found.append(content.dropFirst(word.count + 2))
      } else if isInside {
        // What goes on is indented; another word is not.
        guard content.hasPrefix("  ") else { break }
        found.append(content)
      }
    }
    return found.map { $0.trimmingPrefix { $0 == " " } }.joined(separator: " ")
  }
}

/// The shipped studies, in the order of `list presets`. Adding one is a file in
/// `Sources/Study/Presets`
/// and a line here; the files become part of the program, so an installed copy needs nothing beside
/// it.
public enum PresetRegistry {
  public static let all: [Preset] = [
    Preset("closed-forms/absorption", PackageResources.closed_forms_absorption_yaml),
    Preset("closed-forms/correction", PackageResources.closed_forms_correction_yaml),
    Preset("closed-forms/count-softmax", PackageResources.closed_forms_count_softmax_yaml),
    Preset("closed-forms/fixation", PackageResources.closed_forms_fixation_yaml),
    Preset("closed-forms/fresh", PackageResources.closed_forms_fresh_yaml),
    Preset("closed-forms/gaussian", PackageResources.closed_forms_gaussian_yaml),
    Preset("closed-forms/gaussian-dimensions", PackageResources.closed_forms_gaussian_dimensions_yaml),
    Preset("closed-forms/gaussian-regimes", PackageResources.closed_forms_gaussian_regimes_yaml),
    Preset("closed-forms/heterozygosity", PackageResources.closed_forms_heterozygosity_yaml),
    Preset("closed-forms/kernel-density", PackageResources.closed_forms_kernel_density_yaml),
    Preset("closed-forms/linear-regression", PackageResources.closed_forms_linear_regression_yaml),
    Preset("closed-forms/linear-regression-fresh", PackageResources.closed_forms_linear_regression_fresh_yaml),
    Preset("closed-forms/memory", PackageResources.closed_forms_memory_yaml),
    Preset("closed-forms/mixing", PackageResources.closed_forms_mixing_yaml),
    Preset("closed-forms/sampling-bias", PackageResources.closed_forms_sampling_bias_yaml),
    Preset("closed-forms/support", PackageResources.closed_forms_support_yaml),
    Preset("closed-forms/temperature", PackageResources.closed_forms_temperature_yaml),
    Preset("collapse-or-thrive/discrete", PackageResources.collapse_or_thrive_discrete_yaml),
    Preset("collapse-or-thrive/gaussian", PackageResources.collapse_or_thrive_gaussian_yaml),
    Preset("collapse-or-thrive/kde", PackageResources.collapse_or_thrive_kde_yaml),
    Preset("gerstgrasser/linear-regression", PackageResources.gerstgrasser_linear_regression_yaml),
    Preset("gerstgrasser/vae-faces", PackageResources.gerstgrasser_vae_faces_yaml),
    Preset("gillman/gaussian-toy", PackageResources.gillman_gaussian_toy_yaml),
    Preset("iterated-wgan/25-gaussians", PackageResources.iterated_wgan_25_gaussians_yaml),
    Preset("iterated-wgan/mnist", PackageResources.iterated_wgan_mnist_yaml),
    Preset("iterated-wgan/mnist-small", PackageResources.iterated_wgan_mnist_small_yaml),
    Preset("mad/wgan-gp-mnist", PackageResources.mad_wgan_gp_mnist_yaml),
    Preset("mad/wgan-gp-mnist-small", PackageResources.mad_wgan_gp_mnist_small_yaml),
    Preset("seddik/count-softmax", PackageResources.seddik_count_softmax_yaml),
    Preset("seddik/count-softmax-replace", PackageResources.seddik_count_softmax_replace_yaml),
    Preset("shumailov/gaussian", PackageResources.shumailov_gaussian_yaml),
    Preset("shumailov/gaussian-accumulate", PackageResources.shumailov_gaussian_accumulate_yaml),
    Preset("shumailov/gmm", PackageResources.shumailov_gmm_yaml),
    Preset("shumailov/gmm-small", PackageResources.shumailov_gmm_small_yaml),
    Preset("shumailov/vae-mnist", PackageResources.shumailov_vae_mnist_yaml),
    Preset("shumailov/vae-mnist-small", PackageResources.shumailov_vae_mnist_small_yaml),
  ]

  /// The preset of a name; `nil` where there is none.
  public static func named(_ name: String) -> Preset? { all.first { $0.name == name } }

  /// The text of a preset, for a new study file: the line for editors, then the preset.
  ///
  /// - Throws: `StudyError` with exit code 64 for an unknown name, with the nearest one.
  public static func text(named name: String) throws(StudyError) -> String {
    if let preset = named(name) { return StudySchema.editorLine + "\n" + preset.text }
    var decoder = ValueDecoder()
    let place = SourcePosition(.option("--preset"), line: 0, column: 0)
    decoder.unknown("preset", name, of: "", at: place, valid: all.map(\.name))
    do throws(StudyError) {
      try decoder.mistakes.throwIfAny()
    } catch {
      throw error.exiting(64)
    }
    return ""
  }
}
