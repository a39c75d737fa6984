using Mono.Cecil;
using Mono.Cecil.Cil;

namespace DlAot.Compiler.DropIn;

/// <summary>Appends instructions to a method body.</summary>
internal sealed class Il(MethodBody body)
{
    private readonly ILProcessor processor = body.GetILProcessor();

    public MethodBody Body { get; } = body;

    public VariableDefinition Local(TypeReference type)
    {
        var local = new VariableDefinition(type);
        Body.Variables.Add(local);
        return local;
    }

    /// <summary>A place to jump to, put with <see cref="Mark"/>.</summary>
    public static Instruction Label() => Instruction.Create(OpCodes.Nop);

    public void Mark(Instruction label) => processor.Append(label);

    public void Op(OpCode code) => processor.Emit(code);

    public void Call(MethodReference method) => processor.Emit(OpCodes.Call, method);

    public void CallVirtual(MethodReference method) => processor.Emit(OpCodes.Callvirt, method);

    public void New(MethodReference constructor) => processor.Emit(OpCodes.Newobj, constructor);

    public void Field(OpCode code, FieldReference field) => processor.Emit(code, field);

    public void Type(OpCode code, TypeReference type) => processor.Emit(code, type);

    /// <summary><c>typeof</c>.</summary>
    public void TypeOf(TypeReference type, CoreMembers core)
    {
        Type(OpCodes.Ldtoken, type);
        Call(core.TypeFromHandle);
    }

    public void Token(MethodReference method) => processor.Emit(OpCodes.Ldtoken, method);

    public void Jump(OpCode code, Instruction label) => processor.Emit(code, label);

    public void Jump(Instruction label) => processor.Emit(OpCodes.Br, label);

    /// <summary>Code in whose place the handler runs when it throws: what is caught is gone. The evaluation stack is empty on both sides.</summary>
    public void Attempt(TypeReference caught, Action body, Action? handle = null)
    {
        Instruction start = Label(), handler = Label(), end = Label();
        Mark(start);
        body();
        Jump(OpCodes.Leave, end);
        Mark(handler);
        Op(OpCodes.Pop);
        handle?.Invoke();
        Jump(OpCodes.Leave, end);
        Mark(end);
        Body.ExceptionHandlers.Add(new ExceptionHandler(ExceptionHandlerType.Catch) { TryStart = start, TryEnd = handler, HandlerStart = handler, HandlerEnd = end, CatchType = caught });
    }

    public void Switch(Instruction[] labels) => processor.Emit(OpCodes.Switch, labels);

    public void Load(VariableDefinition local) => processor.Emit(OpCodes.Ldloc, local);

    public void LoadAddress(VariableDefinition local) => processor.Emit(OpCodes.Ldloca, local);

    public void Store(VariableDefinition local) => processor.Emit(OpCodes.Stloc, local);

    public void Load(ParameterDefinition parameter) => processor.Emit(OpCodes.Ldarg, parameter);

    public void LoadThis() => processor.Emit(OpCodes.Ldarg_0);

    public void Text(string text) => processor.Emit(OpCodes.Ldstr, text);

    public void Null() => processor.Emit(OpCodes.Ldnull);

    /// <summary>An array of so many elements, each of which is pushed by its number.</summary>
    public void NewArray(TypeReference element, int count, Action<int> push)
    {
        Int(count);
        Type(OpCodes.Newarr, element);
        for (int i = 0; i < count; i++)
        {
            Op(OpCodes.Dup);
            Int(i);
            push(i);
            Type(OpCodes.Stelem_Any, element);
        }
    }

    public void Int(int value) => processor.Emit(OpCodes.Ldc_I4, value);

    public void Bool(bool value) => processor.Emit(value ? OpCodes.Ldc_I4_1 : OpCodes.Ldc_I4_0);

    public void Long(long value)
    {
        if (value is >= int.MinValue and <= int.MaxValue)
        {
            Int((int)value);
            Op(OpCodes.Conv_I8);
        }
        else
        {
            processor.Emit(OpCodes.Ldc_I8, value);
        }
    }

    public void Double(double value) => processor.Emit(OpCodes.Ldc_R8, value);

    public void Return() => processor.Emit(OpCodes.Ret);
}
