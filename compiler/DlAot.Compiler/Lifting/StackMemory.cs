using DlAot.Compiler.Diagnostics;
using Mono.Cecil;
using Mono.Cecil.Cil;

namespace DlAot.Compiler.Lifting;

/// <summary>A pointer into memory from <c>stackalloc</c>: cells by byte offset.</summary>
internal sealed record StackMemory(SortedDictionary<long, AbstractValue> Cells, long Offset) : AbstractValue
{
    /// <summary>The pointer moved by a number of bytes.</summary>
    public static AbstractValue Moved(Interpreter interpreter, Code code, AbstractValue a, AbstractValue b) => (a, b) switch
    {
        (StackMemory m, Constant { Value: long n }) when code == Code.Add => m with { Offset = m.Offset + n },
        (Constant { Value: long n }, StackMemory m) when code == Code.Add => m with { Offset = m.Offset + n },
        (StackMemory m, Constant { Value: long n }) when code == Code.Sub => m with { Offset = m.Offset - n },
        _ => throw interpreter.Fail(Rules.UnsupportedInstruction, $"{code} of pointers"),
    };

    /// <summary>The memory as elements of a type.</summary>
    public ObjectRef Elements(Interpreter interpreter, TypeReference element, int count)
    {
        int size = SizeOf(element) ?? throw interpreter.Fail(Rules.UnsupportedInstruction, $"stackalloc of {element.Name}");
        return Interpreter.NewList(new GenericInstanceType(new TypeReference("System", "Span`1", element.Module, element.Module?.TypeSystem.CoreLibrary)) { GenericArguments = { element } },
            [.. Enumerable.Range(0, count).Select(i => Cells.GetValueOrDefault(Offset + i * size) switch
            {
                null => interpreter.DefaultOf(element),
                RawByte first => first.Data.Read(interpreter, element, first.At),
                var value => value,
            })]);
    }

    /// <summary>So many bytes of a span, or of what the compiler has put into the assembly, copied to here; false for others.</summary>
    public bool TryCopy(AbstractValue from, long bytes)
    {
        switch (from)
        {
            case FieldData data when bytes <= data.Bytes.Length:
                for (int i = 0; i < bytes; i++)
                {
                    Cells[Offset + i] = new RawByte(data, i);
                }

                return true;
            case Pointer { Span: { Access: null, Instance: { Items: { } items, Type: GenericInstanceType { GenericArguments: [var element] } } } } when SizeOf(element) is int size && bytes == (long)items.Count * size:
                for (int i = 0; i < items.Count; i++)
                {
                    Cells[Offset + i * size] = items[i];
                }

                return true;
            default:
                return false;
        }
    }

    // What it means depends on the type of the element that begins there.
    private sealed record RawByte(FieldData Data, int At) : AbstractValue;

    /// <summary>What lies at the pointer; null when it is not known.</summary>
    public AbstractValue? Value => Cells.GetValueOrDefault(Offset) is var v and not RawByte ? v : null;

    public static int? SizeOf(TypeReference type) => type.MetadataType switch
    {
        MetadataType.Boolean or MetadataType.Byte or MetadataType.SByte => 1,
        MetadataType.Int16 or MetadataType.UInt16 or MetadataType.Char => 2,
        MetadataType.Int32 or MetadataType.UInt32 or MetadataType.Single => 4,
        MetadataType.Int64 or MetadataType.UInt64 or MetadataType.Double => 8,
        _ => null,
    };
}

/// <summary>The bytes that an array or span is initialised with.</summary>
internal sealed record FieldData(byte[] Bytes) : AbstractValue
{
    public AbstractValue Read(Interpreter interpreter, TypeReference element, int at) => at + (StackMemory.SizeOf(element) ?? 1) > Bytes.Length ? throw interpreter.Fail(Rules.UnsupportedInstruction, "a read beyond initial data") : element.MetadataType switch
    {
        MetadataType.Int64 => AbstractValue.Of(BitConverter.ToInt64(Bytes, at)),
        MetadataType.Int32 => AbstractValue.Of((long)BitConverter.ToInt32(Bytes, at)),
        MetadataType.Int16 => AbstractValue.Of((long)BitConverter.ToInt16(Bytes, at)),
        MetadataType.UInt16 or MetadataType.Char => AbstractValue.Of((long)BitConverter.ToUInt16(Bytes, at)),
        MetadataType.Byte or MetadataType.Boolean => AbstractValue.Of((long)Bytes[at]),
        MetadataType.SByte => AbstractValue.Of((long)(sbyte)Bytes[at]),
        MetadataType.Single => new Constant((double)BitConverter.ToSingle(Bytes, at), IsSingle: true),
        MetadataType.Double => AbstractValue.Of(BitConverter.ToDouble(Bytes, at)),
        _ => throw interpreter.Fail(Rules.UnsupportedInstruction, $"initial data of {element.Name}"),
    };
}
