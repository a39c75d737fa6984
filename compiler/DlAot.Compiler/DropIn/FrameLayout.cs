using DlAot.Compiler.Diagnostics;
using DlAot.Ir;
using DlAot.Ir.Plans;
using Mono.Cecil;
using Mono.Cecil.Cil;

namespace DlAot.Compiler.DropIn;

/// <summary>
/// The native side of one call, in one local: tensor handles, their data pointers, sizes and scalars, the region's buffers, and
/// room for one shape. 8 bytes each.
/// </summary>
internal sealed class FrameLayout
{
    private readonly Dictionary<string, int> symbols = new(StringComparer.Ordinal);
    private readonly int handles, buffers, shapeRank;
    private readonly int firstScalar;
    private VariableDefinition? block;
    private int slots;

    /// <param name="moreSymbols">Names that the plan does not need but conditions do.</param>
    public FrameLayout(Plan plan, int tensors, IEnumerable<string> moreSymbols)
    {
        handles = tensors;
        buffers = plan.Buffers.Length;
        shapeRank = plan.Buffers.Select(b => b.Type.Rank).DefaultIfEmpty(0).Max();
        foreach (string name in plan.Symbols)
        {
            symbols.Add(name, slots++);
        }

        firstScalar = slots;
        slots += plan.Scalars.Length;
        foreach (string name in moreSymbols)
        {
            if (symbols.TryAdd(name, slots))
            {
                slots++;
            }
        }
    }

    public IEnumerable<string> Symbols => symbols.Keys;

    public int SlotOf(string symbol) => symbols.TryGetValue(symbol, out int slot) ? slot : throw new StubException(Rules.StubNotWritten, symbol, "no input has this size");

    public int SlotOfScalar(int index) => firstScalar + index;

    /// <summary>A slot for a size that is checked after it was fetched.</summary>
    public int AddSlot() => slots++;

    public void PushHandles(Il il) => Push(il, 0);

    public void PushHandle(Il il, int tensor) => Push(il, tensor);

    public void PushData(Il il) => Push(il, handles);

    public void PushDataOf(Il il, int tensor) => Push(il, handles + tensor);

    public void PushBuffers(Il il) => Push(il, 2 * handles);

    public void PushBuffer(Il il, int buffer) => Push(il, (2 * handles) + buffer);

    public void PushShape(Il il, int dimension = 0) => Push(il, (2 * handles) + buffers + dimension);

    public void PushSymbols(Il il) => Push(il, (2 * handles) + buffers + shapeRank);

    public void PushSlot(Il il, int slot) => Push(il, (2 * handles) + buffers + shapeRank + slot);

    /// <summary>Declares the local; its size is known once all slots are.</summary>
    public void Declare(Il il, TypeReference placeholder) => block = il.Local(placeholder);

    public void Finish(LibraryClass library) => block!.VariableType = library.Block(8 * Math.Max(1, (2 * handles) + buffers + shapeRank + slots));

    private void Push(Il il, int position)
    {
        il.LoadAddress(block!);
        il.Op(OpCodes.Conv_U);
        if (position > 0)
        {
            il.Int(8 * position);
            il.Op(OpCodes.Add);
        }
    }
}
