using System.Reflection;
using DlAot.Compiler.Configuration;
using DlAot.Compiler.DropIn;
using DlAot.Compiler.Lifting;
using Mono.Cecil;

namespace DlAot.Compiler.Verification;

/// <summary>Arguments for a target, given the object that it is called on; with the reason where none are found.</summary>
internal abstract class VerificationCases(TorchApi torch)
{
    protected const int MostInputs = 5;

    protected TorchApi Torch { get; } = torch;

    /// <summary>The module is in training mode.</summary>
    public virtual bool IsTraining => false;

    public abstract (IReadOnlyList<VerificationCase> Cases, string Reason) For(LiveAccess live);

    protected IReadOnlyList<IReadOnlyDictionary<string, long>> SizesOf(LiftedVersion version, LiveAccess live) =>
        new InputSizes(version, live, value => Torch.IsTensor(value) ? Torch.Shape(value!) : null).Find(MostInputs);

    /// <summary>What a version was compiled for.</summary>
    internal sealed class OfVersion(LiftedVersion version, TorchApi torch) : VerificationCases(torch)
    {
        private readonly ArgumentMaker arguments = new(version, torch);

        public override bool IsTraining => version.Guards.OfType<Guard.Training>().Any(g => g.Value);

        public override (IReadOnlyList<VerificationCase>, string) For(LiveAccess live)
        {
            IReadOnlyList<IReadOnlyDictionary<string, long>> sizes = SizesOf(version, live);
            var cases = sizes.Select(s => Of(s, ValueKind.Plain)).ToList();
            if (cases.Count > 0 && arguments.HasFloats)
            {
                cases.Add(Of(sizes.MaxBy(arguments.Rows)!, ValueKind.Special));
            }

            return (cases, $"no sizes were found with {string.Join(", ", version.Graph.Constraints)}");
        }

        private VerificationCase Of(IReadOnlyDictionary<string, long> sizes, ValueKind kind) => new(arguments.Describe(sizes, kind), (method, seed) => arguments.Make(method, sizes, kind, seed));
    }

    /// <summary>What the parts of a method were compiled for, as far as its arguments come to them.</summary>
    internal sealed class OfParts(CompiledMethod host, TorchApi torch) : VerificationCases(torch)
    {
        public override (IReadOnlyList<VerificationCase>, string) For(LiveAccess live)
        {
            // For each parameter the first part that takes it, under its own name, and its place there.
            (LiftedVersion Version, int At)?[] sources = [.. host.Lifted.Method.Parameters.Select(Source)];
            LiftedVersion[] versions = [.. sources.Where(s => s is not null).Select(s => s!.Value.Version).Distinct()];
            Dictionary<LiftedVersion, IReadOnlyList<IReadOnlyDictionary<string, long>>> sizes = versions.ToDictionary(v => v, v => SizesOf(v, live));
            int count = sizes.Values.Select(s => s.Count).DefaultIfEmpty(1).Min();
            return ([.. Enumerable.Range(0, count).Select(k => new VerificationCase(
                string.Join("; ", versions.Select(v => new ArgumentMaker(v, Torch).Describe(sizes[v][k], ValueKind.Plain, [.. sources.Where(s => s?.Version == v).Select(s => s!.Value.At)]))),
                (method, seed) => Make(method, seed, sources, v => sizes[v][k])))], "no sizes were found that its parts take");
        }

        private (LiftedVersion, int)? Source(ParameterDefinition p)
        {
            foreach (LiftedMethod part in host.Parts.Select(q => q.Method.Lifted))
            {
                if (part.IsWhole && part.Method.Parameters.FirstOrDefault(q => q.Name == p.Name && q.ParameterType.FullName == p.ParameterType.FullName) is { } own)
                {
                    return (part.Versions[0], own.Index + 1);
                }
            }

            return null;
        }

        private object?[] Make(MethodInfo method, int seed, (LiftedVersion Version, int At)?[] sources, Func<LiftedVersion, IReadOnlyDictionary<string, long>> sizesOf)
        {
            var random = new Random(seed);
            return [.. method.GetParameters().Zip(sources, (p, s) => s is var (version, at)
                ? new ArgumentMaker(version, Torch).Make(p, at, sizesOf(version), ValueKind.Plain, random)
                : p.HasDefaultValue ? p.DefaultValue : p.ParameterType.IsValueType ? Activator.CreateInstance(p.ParameterType) : p.ParameterType == typeof(string) ? p.Name : null)];
        }
    }

    /// <summary>What a profile saw the method called with.</summary>
    internal sealed class OfProfile(IReadOnlyList<Profile.Call> calls, VerificationTarget target, TorchApi torch) : VerificationCases(torch)
    {
        // For letters: sizes and numbers that differed from call to call.
        private static readonly long[] Small = [2, 3, 5, 4, 7];

        public override (IReadOnlyList<VerificationCase>, string) For(LiveAccess live)
        {
            var cases = new List<VerificationCase>();
            string reason = "nothing was recorded";
            foreach (Profile.Call call in calls.Take(MostInputs))
            {
                try
                {
                    object?[] made = Make(call, target.Expected!, 0);
                    cases.Add(new("as recorded, " + string.Join("; ", target.Method.Parameters.Zip(made, (p, v) => RecordedValues.Describe(v, p.Name, Torch))), (method, seed) => Make(call, method, seed)));
                }
                catch (Exception e) when (e is NotSupportedException or ArgumentException or InvalidCastException or FormatException or MissingMethodException)
                {
                    reason = e.Message;
                }
            }

            return (cases, reason);
        }

        private object?[] Make(Profile.Call call, MethodInfo method, int seed)
        {
            var letters = new Dictionary<string, long>(StringComparer.Ordinal);
            var values = new RecordedValues(method.DeclaringType!.Assembly, Torch, new Random(seed), letter => letters.TryGetValue(letter, out long known) ? known : letters[letter] = Small[letters.Count % Small.Length]);
            return [.. method.GetParameters().Zip(call.Arguments.Members, (p, m) => values.Make(m.Value, p.ParameterType))];
        }
    }
}
