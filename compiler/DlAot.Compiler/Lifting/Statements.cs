using System.Runtime.CompilerServices;
using DlAot.Compiler.Outlining;
using Mono.Cecil;
using Mono.Cecil.Cil;

namespace DlAot.Compiler.Lifting;

/// <summary>Where statements of a method begin, as IL shows it: nothing is on the evaluation stack there.</summary>
internal sealed class Statements
{
    private static readonly ConditionalWeakTable<MethodDefinition, Statements> Known = [];

    private readonly IList<Instruction> code;
    private readonly Dictionary<Instruction, int> index = [];
    private readonly bool[] begins;
    private readonly IReadOnlyList<ExceptionHandler> handlers;

    private Statements(MethodDefinition method)
    {
        code = method.Body.Instructions;
        handlers = [.. method.Body.ExceptionHandlers];
        begins = new bool[code.Count];
        var depths = new Dictionary<Instruction, int>(); // at targets of jumps
        int depth = 0;
        for (int k = 0; k < code.Count; k++)
        {
            Instruction i = code[k];
            index[i] = k;
            depth = depths.GetValueOrDefault(i, depth);
            begins[k] = depth == 0 && (k == 0 || !IlCode.IsPrefix(code[k - 1]));
            int pops = IlCode.Pops(i, method);
            depth = (pops < 0 || pops > depth ? 0 : depth - pops) + IlCode.Pushes(i);
            foreach (Instruction target in IlCode.Targets(i))
            {
                depths[target] = i.OpCode.Code is Code.Leave or Code.Leave_S ? 0 : depth;
            }

            depth = IlCode.FallsThrough(i) ? depth : 0;
        }
    }

    public static Statements Of(MethodDefinition method) => Known.GetValue(method, m => new Statements(m));

    /// <summary>The instructions of the statement that an instruction belongs to, and the beginning of the next one, null at the end of the method.</summary>
    public (IEnumerable<Instruction> Skipped, Instruction? Next) Around(Instruction at)
    {
        int from = index[at], to = from + 1;
        while (from > 0 && !begins[from])
        {
            from--;
        }

        while (to < code.Count && !(begins[to] && IsOrdinary(code[to], at)))
        {
            to++;
        }

        return (code.Skip(from).Take(to - from), to < code.Count ? code[to] : null);
    }

    // Handlers are entered by exceptions and by leaving what they guard, not by going on.
    private bool IsOrdinary(Instruction next, Instruction at) => handlers.All(h => !Contains(h.HandlerStart, h.HandlerEnd, next) || Contains(h.HandlerStart, h.HandlerEnd, at));

    private static bool Contains(Instruction start, Instruction? end, Instruction i) => i.Offset >= start.Offset && (end is null || i.Offset < end.Offset);
}
