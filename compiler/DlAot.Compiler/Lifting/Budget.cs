using Mono.Cecil;

namespace DlAot.Compiler.Lifting;

/// <summary>How much work one method may take, counted and not timed, so that the outcome is always the same.</summary>
public sealed class Budget
{
    // A library call takes as long as so many instructions.
    private const int Call = 30;

    /// <summary>Elements of an array, list or string that take as long as an instruction.</summary>
    public const int ElementsPerInstruction = 16;

    /// <summary>Most elements of an array, list or string that are kept apart.</summary>
    public const int MostElements = 1_000_000;

    // Models are run through their forward; the other methods of an assembly are many.
    private const int OthersShare = 3;

    /// <summary>What the method may take.</summary>
    public static Budget Of(MethodDefinition method)
    {
        var all = new Budget();
        return method.Name == "forward" ? all : new Budget { Instructions = all.Instructions / OthersShare };
    }

    /// <summary>Instructions of all attempts together.</summary>
    public int Instructions { get; set; } = 1_500_000;

    /// <summary>Loops of constructors that were left before their end: there is no need to find that out again.</summary>
    public HashSet<Mono.Cecil.Cil.Instruction> LongLoops { get; } = [];

    public void ChargeCall() => Instructions -= Call;

    public bool IsSpent => Instructions <= 0;
}
