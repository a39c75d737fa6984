using DlAot.Ir;
using Mono.Cecil.Cil;

namespace DlAot.Compiler.DropIn;

/// <summary>Size expressions as IL, with the meaning of <see cref="DimExpr.Evaluate"/>; divisors have been checked before.</summary>
internal sealed class DimCode(Il il, FrameLayout frame, LibraryClass library, CoreMembers core)
{
    /// <summary>Pushes the value as i64.</summary>
    public void Push(DimExpr dim)
    {
        if (dim.Terms.IsEmpty)
        {
            il.Long(0);
            return;
        }

        for (int i = 0; i < dim.Terms.Length; i++)
        {
            Push(dim.Terms[i]);
            if (i > 0)
            {
                il.Op(OpCodes.Add);
            }
        }
    }

    /// <summary>The expressions by which others are divided and which can be 0, innermost first.</summary>
    public static IEnumerable<DimExpr> Divisors(DimExpr dim)
    {
        foreach (DimExpr.Atom.Binary atom in dim.Terms.SelectMany(t => t.Atoms).OfType<DimExpr.Atom.Binary>())
        {
            foreach (DimExpr inner in Divisors(atom.Left).Concat(Divisors(atom.Right)))
            {
                yield return inner;
            }

            if (atom is DimExpr.Atom.FloorDiv or DimExpr.Atom.Mod && atom.Right.Constant is null or 0)
            {
                yield return atom.Right;
            }
        }
    }

    private void Push(DimExpr.Term term)
    {
        bool isEmpty = true;
        if (term.Coefficient != 1 || term.Atoms.IsEmpty)
        {
            il.Long(term.Coefficient);
            isEmpty = false;
        }

        foreach (DimExpr.Atom atom in term.Atoms)
        {
            Push(atom);
            if (!isEmpty)
            {
                il.Op(OpCodes.Mul);
            }

            isEmpty = false;
        }
    }

    private void Push(DimExpr.Atom atom)
    {
        if (atom is DimExpr.Atom.Symbol symbol)
        {
            frame.PushSlot(il, frame.SlotOf(symbol.Name));
            il.Op(OpCodes.Ldind_I8);
            return;
        }

        var binary = (DimExpr.Atom.Binary)atom;
        Push(binary.Left);
        Push(binary.Right);
        bool isPlain = DimExpr.AtLeast(binary.Left, 0) && binary.Right.Constant is > 0;
        switch (binary)
        {
            case DimExpr.Atom.FloorDiv when isPlain:
                il.Op(OpCodes.Div);
                break;
            case DimExpr.Atom.Mod when isPlain:
                il.Op(OpCodes.Rem);
                break;
            case DimExpr.Atom.FloorDiv:
                il.Call(library.Arithmetic("FloorDiv"));
                break;
            case DimExpr.Atom.Mod:
                il.Call(library.Arithmetic("Mod"));
                break;
            case DimExpr.Atom.Max:
                il.Call(core.Extreme("Max"));
                break;
            case DimExpr.Atom.Min:
                il.Call(core.Extreme("Min"));
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(atom), atom, "unknown size operation");
        }
    }
}
