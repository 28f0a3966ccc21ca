/** One small file of each format, of meters that do not exist. What they show is told in the test of their parser. */
import type { ReadsFileOptions } from "./reads-file.ts";

export interface Fixture {
  readonly format: string;
  readonly text: string;
  readonly options?: Partial<ReadsFileOptions>;
  readonly reads: number;
}

const atom = (content: string): string => `<?xml version="1.0" encoding="UTF-8"?>
<feed xmlns="http://www.w3.org/2005/Atom">
  <id>urn:uuid:0d0b2f0e-7a53-4b7b-9a3e-7b8f2f6c1a01</id>
  <title>Usage of Maple Street</title>
${content}
</feed>`;

export const ESPI = atom(`  <entry>
    <link rel="self" href="RetailCustomer/77/UsagePoint/E12"/>
    <content><UsagePoint xmlns="http://naesb.org/espi"><ServiceCategory><kind>0</kind></ServiceCategory></UsagePoint></content>
  </entry>
  <entry>
    <link rel="self" href="RetailCustomer/77/UsagePoint/E12/MeterReading/1"/>
    <link rel="related" href="ReadingType/15"/>
    <content><MeterReading xmlns="http://naesb.org/espi"/></content>
  </entry>
  <entry>
    <link rel="self" href="RetailCustomer/77/UsagePoint/E12/MeterReading/1/IntervalBlock/1"/>
    <content>
      <IntervalBlock xmlns="http://naesb.org/espi">
        <interval><duration>1800</duration><start>1780376400</start></interval>
        <IntervalReading>
          <cost>12</cost>
          <timePeriod><duration>900</duration><start>1780376400</start></timePeriod>
          <value>155</value>
        </IntervalReading>
        <IntervalReading>
          <ReadingQuality><quality>8</quality></ReadingQuality>
          <timePeriod><duration>900</duration><start>1780377300</start></timePeriod>
          <value> 180 </value>
        </IntervalReading>
      </IntervalBlock>
    </content>
  </entry>
  <entry>
    <link rel="self" href="ReadingType/15"/>
    <content>
      <ReadingType xmlns="http://naesb.org/espi">
        <accumulationBehaviour>4</accumulationBehaviour><commodity>1</commodity><flowDirection>1</flowDirection>
        <intervalLength>900</intervalLength><powerOfTenMultiplier>0</powerOfTenMultiplier><uom>72</uom>
      </ReadingType>
    </content>
  </entry>`);

export const CIM = `<?xml version="1.0"?>
<EventMessage xmlns="http://iec.ch/TC57/2011/schema/message">
  <Header><Verb>created</Verb><Noun>MeterReadings</Noun><Timestamp>2026-06-02T06:00:00-05:00</Timestamp></Header>
  <Payload>
    <MeterReadings xmlns="http://iec.ch/TC57/2011/MeterReadings#">
      <MeterReading>
        <IntervalBlocks>
          <IntervalReadings>
            <timeStamp>2026-06-02T00:15:00-05:00</timeStamp><value>0.2575</value>
            <ReadingQualities><source>HES</source><timeStamp>2026-06-02T01:00:00-05:00</timeStamp><ReadingQualityType ref="1.8.0"/></ReadingQualities>
          </IntervalReadings>
          <ReadingType ref="0.0.2.4.1.1.12.0.0.0.0.0.0.0.0.3.72.0"/>
        </IntervalBlocks>
        <Readings><timeStamp>2026-06-02T00:00:00-05:00</timeStamp><value>6519.0955</value><ReadingType ref="0.0.0.1.1.1.12.0.0.0.0.0.0.0.0.3.72.0"/></Readings>
        <Meter><mRID>E20069447</mRID></Meter>
      </MeterReading>
    </MeterReadings>
  </Payload>
</EventMessage>`;

export const CMEP = `MEPMD01,19970819,HEADEND,TOWN:1,9912,W500,202606021515,W500,OK,W,CFREG,1.0,00000100,2,202606010700,R0,41201,202606020700,R0,41230
MEPMD01,19970819,HEADEND,TOWN:1,9912,W500,202606021515,W500,OK,W,CF,1.0,00000100,4,202606020400,R0,12,202606020500,N32,0,202606020600,E0,9,202606020700,A,8
MEPMD02,19970819,HEADEND,TOWN:1,9913,E700,202606021515,E700,OK,E,KWHREG,S,1,202605010700,202606010700,2,ON-PEAK,,10412,OFF-PEAK,R,20800
`;

const field = (record: string, at: number, text: string): string => record.slice(0, at).padEnd(at) + text + record.slice(at + text.length);
const record = (parts: readonly (readonly [number, string])[]): string => parts.reduce((line, [at, text]) => field(line, at, text), "").padEnd(126);

/** Two meters of a route; the second could not be read. */
export const MVRS = [
  record([[0, "FHD"], [7, "001"], [10, "000002"], [16, "000002"], [22, "000002"]]),
  record([[0, "RHD"], [3, "00000012"]]),
  record([[0, "CUS"], [3, "00000012"], [11, "001"], [14, "10-4471"], [34, "ROSA DIAZ"], [54, "12 MAPLE ST"]]),
  record([[0, "MTR"], [3, "00000012"], [11, "001"], [45, "W00123"], [61, "00000010"]]),
  record([[0, "RDG"], [3, "00000012"], [11, "GAL"], [15, "L"], [22, "001"], [25, "R"], [26, "000001"], [32, "0"], [33, "0001234567"], [43, "0001"], [47, "06022026"], [55, "093015"], [61, "N"], [62, "000"], [65, "0"], [66, "000"], [69, "000"], [89, "07"], [91, "01"], [96, "000001"], [105, "0001230000"]]),
  record([[0, "CUS"], [3, "00000012"], [11, "001"], [14, "10-4472"], [34, "SAM LEE"], [54, "14 MAPLE ST"]]),
  record([[0, "MTR"], [3, "00000012"], [11, "001"], [45, "W00124"], [61, "00000020"]]),
  record([[0, "RDG"], [3, "00000012"], [11, "GAL"], [15, "L"], [22, "001"], [25, "R"], [26, "000001"], [32, "0"], [33, "0000000000"], [43, "0000"], [61, "N"], [62, "000"], [65, "0"], [66, "007"], [69, "000"], [89, "07"], [91, "01"], [96, "000001"], [105, "0001230000"]]),
  record([[0, "RTR"], [3, "00000012"]]),
  record([[0, "FTR"], [7, "001"], [10, "000002"], [16, "000002"], [22, "000002"]]),
].map((line) => `${line}\r\n`).join("");

const HALF_HOURS = Array.from({ length: 48 }, (_, i) => (i / 8).toString()).join(",");

export const NEM = `100,NEM12,202606030300,AGENT,RETAILER
200,4103036712,E1B1,1,E1,N1,METSER88,kWh,30,20260701
300,20260602,${HALF_HOURS},V,,,20260603012031,
400,1,40,A,,
400,41,46,S14,32,
400,47,48,N,,
900
`;

export const JSON_BATCH = `{"reads": [
  {"meter": "W100234", "kind": "register", "unit": "gal", "at": "2026-06-02T00:00:00-05:00", "value": 120345.25},
  {"meter": "E200017", "kind": "interval", "unit": "kWh", "start": "2026-06-02T00:00:00-05:00", "stepMinutes": 15, "channel": "1",
   "values": [0.125, null, "0.1301"]}
]}`;

export const ITRON_INTERVAL = `Timestamp,Read_Value,Meter_Serial_Number,EndpointID,Location_ID,Meter_Install_Date,Read_Units
06/02/2026 01:00:00.000000,3.0,63700001,2.16.840.1.1,3054_2,11/18/2011 00:00:00.000000,CF_WAT
06/02/2026 02:00:00.000000,0.5,63700001,2.16.840.1.1,3054_2,11/18/2011 00:00:00.000000,CF_WAT
06/02/2026 03:00:00.000000,4294967294,63700001,2.16.840.1.1,3054_2,11/18/2011 00:00:00.000000,CF_WAT
`;

export const BEACON = `"Account_ID","Endpoint_SN","Estimated_Flag","Flow","Flow_Time","Flow_Unit","Meter_ID","Meter_Size_Desc","Meter_SN","Read","Read_Time","Read_Unit"
"3022","130600001","0","5.0","2026-06-02 00:59","Gallons","1470000001","5/8""","","227.6","2026-06-02 00:59","CCF"
"3022","130600001","1","7.5","2026-06-02 01:59","Gallons","1470000001","5/8""","","227.6","2026-06-02 01:59","CCF"
`;

export const GREEN_BUTTON_CSV = `Energy Usage Information
"For location: 12 MAPLE ST SPRINGFIELD"

Detailed Usage
"Start date: 2026-06-02 00:00:00\u00a0 for 1 days"

"Data for period starting: 2026-06-02 00:00:00\u00a0 for 24 hours"
Energy consumption time period,Usage(Real energy in kilowatt-hours),Reading quality
"2026-06-02 00:00:00\u00a0to 2026-06-02 00:15:00","0.25",""
"2026-06-02 00:15:00\u00a0to 2026-06-02 00:30:00","0.30","Estimated"
`;

export const MAPPED = `Exported by the town on 06/03/2026
Meter No;Read Date;Read Time;kWh Delivered;kWh Received;Flag
E-1;06/02/2026;00:15;1.250,5;0;A
E-1;06/02/2026;00:30;0,75;0,1;E
`;

export const SENSUS_TABLE = `METER_ID,RECORD_TYPE,PURPOSE,COMMODITY,UNITS,CALCULATION_CONSTANT,INTERVAL,QUANTITY,READS
B7,MEPMD01,OK,W,CF,1.0,00000100,2,"[{""time"": ""202606020800"", ""code"": ""R0"", ""quantity"": ""8""}, {""time"": ""202606020900"", ""code"": ""N32"", ""quantity"": ""0""}]"
`;

export const MULTISPEAK = `<?xml version="1.0" encoding="utf-8"?>
<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/">
  <soap:Header><MultiSpeakMsgHeader Version="3.0" UserID="gk_1" Pwd="secret" AppName="Head-end" xmlns="http://www.multispeak.org/Version_3.0" /></soap:Header>
  <soap:Body>
    <ReadingChangedNotification xmlns="http://www.multispeak.org/Version_3.0">
      <changedMeterReads>
        <meterRead objectID="1" verb="New">
          <extensionsList><extensionsItem><extName>meterNo</extName><extValue>X</extValue></extensionsItem></extensionsList>
          <meterNo>E-1</meterNo>
          <deviceID>MTU-1</deviceID>
          <readingDate>2026-06-02T08:00:00-05:00</readingDate>
          <posKWh>41250</posKWh>
          <kW>3.5</kW>
          <TOUReadings><TOUReading><ratePeriod>1</ratePeriod><kWh>10</kWh></TOUReading></TOUReadings>
        </meterRead>
        <meterRead>
          <meterNo>W-1</meterNo>
          <readingDate>2026-06-02T08:00:00</readingDate>
          <readingValues>
            <readingValue><units>CCF</units><value>123.45</value><readingType>Usage</readingType><dateTime>2026-06-02T07:55:00</dateTime></readingValue>
          </readingValues>
        </meterRead>
      </changedMeterReads>
      <transactionID>0f6c</transactionID>
    </ReadingChangedNotification>
  </soap:Body>
</soap:Envelope>
`;

/** Two meters of a route of Neptune's; the second was skipped. */
export const NEPTUNE_EXPORT = ([
  [[0, "PRMDT"], [5, "12 MAPLE ST"], [57, "ROSA DIAZ"]], [[0, "MTRDT"], [37, "N-778"], [107, "GAL"]], [[0, "ORDST"], [5, "20260602"], [13, "093015"], [44, "CO"]], [[0, "RDGDT"], [9, "0001550"], [53, "01"], [88, "0000123456"], [108, "RR"]],
  [[0, "MTRDT"], [37, "N-779"], [107, "CF"]], [[0, "ORDST"], [5, "20260602"], [13, "093020"], [44, "SK"]], [[0, "RDGDT"], [9, "0001551"], [53, "00"], [88, "0000000000"], [108, "RR"]],
] as const).map((parts) => `${parts.reduce((line, [at, text]) => line.padEnd(at) + text, "")}\r\n`).join("");

export const BY_METER = `Title,CSV Export Gas Meter(s)
Interval UOM,Minute(s)
UOM,Therms
Meter Number,Date,Start Time,Duration,Consumption,Generation,Net
"01234567","6/2/2026","12:15 AM","15","0.1200","","0.1200"
"01234567","6/2/26","12:30 AM","15","0.3000","0.1","0.2000"
`;

const HOURS = Array.from({ length: 24 }, (_, i) => i);

/** A row a day, of which the second is that of 23 hours. */
export const WIDE = `Meter,Date,${HOURS.map((hour) => `${hour + 1}:00`).join(",")}
E-1,06/02/2026,${HOURS.join(",")}
E-1,03/08/2026,${HOURS.map((hour) => (hour === 2 ? "" : hour / 8)).join(",")}
`;

export const FIXTURES: readonly Fixture[] = [
  { format: "espi", text: ESPI, reads: 2 },
  { format: "iec61968", text: CIM, reads: 2 },
  { format: "multispeak", text: MULTISPEAK, reads: 2 },
  { format: "cmep", text: CMEP, reads: 7 },
  { format: "mvrs", text: MVRS, reads: 1 },
  { format: "nem", text: NEM, reads: 46 },
  { format: "meterline", text: JSON_BATCH, reads: 3 },
  { format: "itron-interval", text: ITRON_INTERVAL, options: { name: "town_Interval_20260602.csv" }, reads: 2 },
  { format: "beacon", text: BEACON, reads: 4 },
  { format: "sensus-records", text: SENSUS_TABLE, reads: 1 },
  { format: "greenbutton-csv", text: GREEN_BUTTON_CSV, reads: 2 },
  { format: "greenbutton-meter", text: BY_METER, reads: 3 },
  { format: "neptune-export", text: NEPTUNE_EXPORT, reads: 1 },
  { format: "csv", text: WIDE, options: { mapping: { meter: "Meter", kind: "interval", time: { column: "Date" }, values: [{ columns: { from: "1:00", to: "24:00" }, unit: "kWh" }] } }, reads: 47 },
  {
    format: "csv",
    text: MAPPED,
    options: {
      mapping: {
        meter: "Meter No", kind: "interval", intervalMinutes: 15, decimalComma: true,
        time: { column: "Read Date", clock: "Read Time" },
        values: [{ column: "kWh Delivered", unit: "kWh", channel: "delivered" }, { column: "kWh Received", unit: "kWh", channel: "received" }],
        quality: { column: "Flag", codes: { E: "estimated" } },
      },
    },
    reads: 4,
  },
];
