using System.Runtime.Serialization;
using System.Runtime.Serialization.Json;
using System.Text;
using BlueGreen.Engine;

namespace BlueGreen.Lab;

/// <summary>The line that a lab says when it is ready.</summary>
[DataContract]
internal sealed class LabEndpoints
{
    [DataMember(Name = "marathonUri", IsRequired = true)]
    public string MarathonUri { get; private set; } = "";

    [DataMember(Name = "marathonLbUris", IsRequired = true)]
    public string[] MarathonLbUris { get; private set; } = [];

    [DataMember(Name = "adminSockets")]
    public string[]? AdminSockets { get; private set; }

    [DataMember(Name = "masterSockets")]
    public string[]? MasterSockets { get; private set; }

    [DataMember(Name = "sandbox")]
    public string? Sandbox { get; private set; }

    public static LabEndpoints Parse(string line)
    {
        try
        {
            using var text = new MemoryStream(Encoding.UTF8.GetBytes(line));
            return (LabEndpoints)new DataContractJsonSerializer(typeof(LabEndpoints)).ReadObject(text)!;
        }
        catch (SerializationException error)
        {
            throw new BlueGreenException(
                ErrorKind.ProtocolError, "LabNotUnderstood", $"The lab said something that is not its endpoints: {line}",
                "Use the lab that came with this version of the module.", cause: error);
        }
    }
}
