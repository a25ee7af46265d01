import Engine
import Options
import Testing
import Workloads

@Suite struct RegistryTests {
  /// What PyTorch counts in the models of `Tests/Peers/training`.
  @Test(arguments: [
    ("vae-mlp", 652_824), ("wgan-clip-mlp", 1_395_985), ("wgan-gp-mlp", 1_395_985),
    ("wgan-gp-conv", 1_079_810), ("ddpm-unet", 556_225), ("gpt-char", 2_700_288),
    ("gpt-bpe", 1_850_112), ("opt125m-step", 123_714_048), ("realnvp", 136_208),
  ])
  func parametersAreAsManyAsPyTorchs(_ name: String, _ count: Int) throws {
    #expect(try WorkloadRegistry.named(name).make().parameterCount == count)
  }

  @Test func namesAreDistinctAndVariablesTooWithin() throws {
    let names = WorkloadRegistry.all.map(\.name)
    #expect(Set(names).count == names.count)
    for small in SmallWorkload.all {
      let variables = try small.make().variables.map(\.name)
      #expect(Set(variables).count == variables.count, "\(small): \(variables)")
    }
  }

  @Test func mistakesAreNamedWithWhatIsValid() {
    func message(_ body: () throws -> Void) -> String {
      do { try body() } catch { return "\(error)" }
      return "nothing was refused"
    }
    let cases: [(name: String, changes: [String: OptionValue], part: String)] = [
      ("vea", [:], "did you mean 'vae'"),
      ("vae", ["bath": .integer(3)], "unknown option 'bath'; did you mean 'batch'"),
      ("gpt", ["heads": .integer(5)], "the width 192 is no multiple of 5 heads"),
      ("mlp", ["widths": .list([.integer(4)])], "two numbers"),
      ("ddpm", ["channels": .integer(30)], "30 channels in 8 groups"),
    ]
    for (name, changes, part) in cases {
      let text = message { _ = try WorkloadRegistry.named(name).make(changes) }
      #expect(text.contains(part), "\(text)")
    }
  }
}
