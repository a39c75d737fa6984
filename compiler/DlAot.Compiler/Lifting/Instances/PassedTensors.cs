using DlAot.Compiler.Reading;
using DlAot.Ir;
using Mono.Cecil;
using Mono.Cecil.Cil;

namespace DlAot.Compiler.Lifting.Instances;

/// <summary>
/// What the callers of a method pass: other methods that were lifted, and code that cannot be, such as a program's <c>Main</c>, which
/// is followed as far as it goes.
/// </summary>
internal sealed class PassedTensors
{
    private const int MaxCallers = 60, InstructionsPerCaller = 60_000;

    private readonly ILookup<MethodDefinition, SeenCall> calls;

    /// <param name="lifted">Whose calls are known already.</param>
    public PassedTensors(World world, IReadOnlyCollection<LiftedMethod> lifted)
    {
        var all = new Candidates(world);
        HashSet<MethodDefinition> known = [.. lifted.Where(m => m.IsWhole).Select(m => m.Method)];
        HashSet<string> candidates = [.. lifted.Select(m => m.Method.Name), .. all.Forwards.Concat(all.Entries).Select(m => m.Name), "call"];
        IEnumerable<MethodDefinition> others = world.Applications.Append(world.Module).SelectMany(m => m.GetTypes()).Where(t => !t.HasGenericParameters).SelectMany(t => t.Methods)
            .Where(m => m is { HasBody: true, IsConstructor: false, HasGenericParameters: false } && m.HasCode() && !known.Contains(m) && m.Code().Any(i => i.Operand is MethodReference called && candidates.Contains(called.Name)));
        others = others.OrderBy(m => m.Name == "forward"); // programs know more of what they pass than modules
        calls = lifted.SelectMany(m => m.Versions).SelectMany(v => v.Calls).Concat(others.Take(MaxCallers).SelectMany(c => Follow(world, c))).ToLookup(c => c.Method);
    }

    /// <summary>Calls of the method, each kind once.</summary>
    public IEnumerable<SeenCall> Of(MethodDefinition method) => calls[method].DistinctBy(c => $"{c.Location} {string.Join(";", c.Tensors)}");

    private static List<SeenCall> Follow(World world, MethodDefinition caller)
    {
        var seen = new List<SeenCall>();
        var shared = new SharedState
        {
            Budget = new Budget { Instructions = InstructionsPerCaller },
            Calling = (method, arguments, at) =>
            {
                if (method.Module == world.Module && SeenCall.Of(method, arguments, at) is { } call)
                {
                    seen.Add(call);
                }
            },
        };
        try
        {
            new Interpreter(world, new GraphBuilder("caller"), new Decisions(), isConstructorPhase: true, shared).Invoke(
                caller, caller.DeclaringType, null, [.. (caller.HasThis ? new[] { Unknown(caller.DeclaringType, "this") } : []), .. caller.Parameters.Select(p => Unknown(p.ParameterType, p.Name))]);
        }
        catch (Exception e) when (e is LiftException or HypothesisException)
        {
            // What was seen until then holds.
        }

        return seen;
    }

    private static AbstractValue Unknown(TypeReference type, string name) => new Unknown(type, $"the argument {name}");
}
