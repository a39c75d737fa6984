using DlAot.Compiler.Diagnostics;
using DlAot.Compiler.Reading;
using Mono.Cecil;
using Mono.Cecil.Cil;

namespace DlAot.Compiler.DropIn;

/// <summary>Numbers of the user's types as i64 or f64.</summary>
internal static class Numbers
{
    public static bool IsFloat(TypeReference type) => type.MetadataType is MetadataType.Single or MetadataType.Double;

    /// <summary>Converts the number on the stack.</summary>
    /// <param name="subject">What it belongs to, for the message.</param>
    /// <exception cref="StubException">It is no number that converts without loss.</exception>
    public static void Convert(Il il, World world, TypeReference type, bool toDouble, object subject)
    {
        if (IsFloat(type))
        {
            if (!toDouble)
            {
                throw new StubException(Rules.StubNotWritten, subject, $"a {type.Name} as an integer");
            }

            il.Op(OpCodes.Conv_R8);
            return;
        }

        switch (Underlying(world, type))
        {
            case MetadataType.Boolean or MetadataType.Byte or MetadataType.UInt16 or MetadataType.Char or MetadataType.UInt32:
                il.Op(OpCodes.Conv_U8);
                break;
            case MetadataType.SByte or MetadataType.Int16 or MetadataType.Int32 or MetadataType.Int64:
                il.Op(OpCodes.Conv_I8);
                break;
            default:
                throw new StubException(Rules.StubNotWritten, subject, $"{type.Name} is no number that it can check");
        }

        if (toDouble)
        {
            il.Op(OpCodes.Conv_R8);
        }
    }

    private static MetadataType Underlying(World world, TypeReference type) =>
        type.MetadataType == MetadataType.ValueType && world.Resolve(type) is { IsEnum: true } definition
            ? definition.Fields.First(f => !f.IsStatic).FieldType.MetadataType
            : type.MetadataType;
}
