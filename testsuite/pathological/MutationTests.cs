using System.Diagnostics;
using DlAot.Compiler.Driver;
using DlAot.Compiler.DropIn;
using Mono.Cecil;
using Mono.Cecil.Cil;
using Xunit.Abstractions;

namespace DlAot.Tests.Pathological;

/// <summary>The sample models with instructions dropped, repeated or exchanged at random: the compiler neither fails nor hangs.</summary>
[Collection(Alone.Name)]
public sealed class MutationTests(ITestOutputHelper output)
{
    private const int Seeds = 16, MutationsPerSeed = 12;

    [Theory]
    [InlineData("Samples.Classic.dll")]
    [InlineData("Samples.Vision.dll")]
    public void MutatedCodeIsExplained(string sample)
    {
        string folder = Directory.CreateTempSubdirectory("dlaot-mutants-").FullName;
        try
        {
            for (int seed = 0; seed < Seeds; seed++)
            {
                string mutant = Path.Combine(folder, sample);
                Mutate(Path.Combine(AppContext.BaseDirectory, sample), mutant, new Random(seed));
                long start = Stopwatch.GetTimestamp();
                using Compilation compilation = Compilation.Open(new CompileOptions { Input = mutant, References = [AppContext.BaseDirectory] });
                compilation.Plan();
                double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds / compilation.Methods.Length;
                Assert.True(seconds < 20, $"seed {seed}: {seconds:F0} s a method");
                foreach (CompiledMethod method in compilation.Methods.Where(m => m.Versions.IsEmpty && m.Parts.IsEmpty && !m.Lifted.IsTrivial))
                {
                    Assert.NotEmpty(method.Lifted.Diagnostics);
                    Assert.All(method.Lifted.Diagnostics, d => Assert.True(d.Rule.Code != "DLAOT2099", $"seed {seed}: {d}"));
                }
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }

        output.WriteLine($"{Seeds} mutants of {sample}");
    }

    private static void Mutate(string from, string to, Random random)
    {
        using AssemblyDefinition assembly = AssemblyDefinition.ReadAssembly(new MemoryStream(File.ReadAllBytes(from)));
        MethodDefinition[] methods = [.. assembly.MainModule.GetTypes().SelectMany(t => t.Methods).Where(m => m.HasBody && m.Body.Instructions.Count > 3)];
        for (int i = 0; i < MutationsPerSeed; i++)
        {
            MethodBody body = methods[random.Next(methods.Length)].Body;
            ILProcessor il = body.GetILProcessor();
            Instruction at = body.Instructions[random.Next(body.Instructions.Count)], other = body.Instructions[random.Next(body.Instructions.Count)];
            switch (random.Next(4))
            {
                case 0:
                    body.Instructions.Remove(at); // what jumps to it jumps nowhere
                    break;
                case 1:
                    il.InsertBefore(at, Copy(il, at));
                    break;
                case 2:
                    il.Replace(at, Copy(il, other));
                    break;
                case 3 when at.Operand is Instruction:
                    at.Operand = other;
                    break;
                default:
                    il.InsertBefore(at, il.Create(OpCodes.Pop));
                    break;
            }
        }

        assembly.Write(to);
    }

    private static Instruction Copy(ILProcessor il, Instruction from)
    {
        Instruction copy = il.Create(OpCodes.Nop);
        (copy.OpCode, copy.Operand) = (from.OpCode, from.Operand);
        return copy;
    }
}
